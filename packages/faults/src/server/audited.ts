import type { BaseServer, ClientAddress, CloseReport, RequestHandlerSource } from '@socketserver/core';
import { Ledger } from './ledger.js';

type HookName =
  | 'getRequest'
  | 'verifyRequest'
  | 'shutdownRequest'
  | 'closeRequest'
  | 'handleError'
  | 'serviceActions';

/** A server of any kind, with nothing abstract in it, so that a class expression can extend it. */
export interface AnyServer extends Omit<BaseServer, HookName> {
  getRequest(): Promise<[object, ClientAddress]>;
  verifyRequest(request: object, clientAddress: ClientAddress): boolean | Promise<boolean>;
  shutdownRequest(request: object): void | Promise<void>;
  closeRequest(request: object): void | Promise<void>;
  handleError(error: unknown, request?: object, clientAddress?: ClientAddress): void | Promise<void>;
  serviceActions(): void | Promise<void>;
}

export type ServerConstructor = new (
  // oxlint-disable-next-line typescript/no-explicit-any -- each server takes addresses of its own kind
  serverAddress: any,
  RequestHandlerClass: RequestHandlerSource,
) => AnyServer;

export interface Audited {
  readonly ledger: Ledger;
  /** Ends the server, and closes the books. */
  closeBooks(graceMs: number): Promise<CloseReport>;
}

export type AuditedConstructor = new (
  ...args: ConstructorParameters<ServerConstructor>
) => AnyServer & Audited;

/** The class with every hook counted in a ledger. */
export function audited(Server: ServerConstructor): AuditedConstructor {
  return class extends Server implements Audited {
    readonly ledger = new Ledger(this.socketType === 'datagram');

    override async getRequest(): Promise<[object, ClientAddress]> {
      const arrival = await super.getRequest();
      this.ledger.taken++;
      return arrival;
    }

    override async verifyRequest(request: object, clientAddress: ClientAddress): Promise<boolean> {
      const isVerified = await super.verifyRequest(request, clientAddress);
      if (!isVerified) this.ledger.refused++;
      return isVerified;
    }

    override shutdownRequest(request: object): void | Promise<void> {
      this.ledger.shutsDown(request);
      return super.shutdownRequest(request);
    }

    override closeRequest(request: object): void | Promise<void> {
      this.ledger.closes(request);
      return super.closeRequest(request);
    }

    override handleError(error: unknown, request?: object, clientAddress?: ClientAddress): void {
      void super.handleError(error, request, clientAddress);
      if (request === undefined) this.ledger.serverError(error);
      else this.ledger.reports(error, request);
      this.ledger.look(this.stats());
    }

    override serviceActions(): void | Promise<void> {
      this.ledger.look(this.stats());
      return super.serviceActions();
    }

    async closeBooks(graceMs: number): Promise<CloseReport> {
      const report = await this.close({ graceMs });
      this.ledger.close(this.stats(), report.abandoned);
      return report;
    }
  };
}
