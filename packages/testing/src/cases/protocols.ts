import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BoundInetAddress } from '@socketserver/core';
import type { Http2Context } from '../handlers/stream/http2.js';
import type { TestBed } from '../test-bed.js';

const run = promisify(execFile);

/** Servers of the ecosystem that are given the connections of a handler. */
export function protocolCases(bed: TestBed): void {
  describe('node:http2 on its connections', () => {
    test.each(['h2c', 'TLS'] as const)(
      'over %s: clients are answered, and no connection stays',
      async (how) => {
        const context: Http2Context = how === 'TLS' ? certificate() : {};
        await using served = await bed.serve(bed.handler('http2'), { context });
        const { server } = served;
        const { port } = server.serverAddress as BoundInetAddress;
        const origin = `${how === 'TLS' ? 'https' : 'http'}://127.0.0.1:${port}`;

        const { stdout } = await run('curl', [
          '-sk',
          '--http2-prior-knowledge',
          '-m',
          '20',
          `${origin}/curl`,
        ]);
        expect(stdout).toBe('/CURL');
        await server.served(1);

        const session = connect(origin, { rejectUnauthorized: false });
        const stream = session.request({ ':path': '/node' }).setEncoding('utf8');
        let answer = '';
        for await (const chunk of stream) answer += String(chunk);
        expect(answer).toBe('/NODE');
        session.close();
        await server.served(2);
        expect(server.stats()).toMatchObject({ active: 0, failed: 0 });
      },
    );
  });
}

/** A key and a certificate that nobody trusts. */
function certificate(): Http2Context {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
