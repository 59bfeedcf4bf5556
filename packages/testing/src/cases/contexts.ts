import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { TestBed } from '../test-bed.js';

/** What one request leaves in its async context is not there for the next. */
export function contextCases(bed: TestBed): void {
  describe('AsyncLocalStorage.enterWith()', () => {
    test('in a handler', async () => {
      await using served = await bed.serve(bed.handler('entering'));
      const answers = ['one', 'two', 'three'].map((text) => bed.ask(served.server, text));
      expect(await Promise.all(answers)).toEqual(['nothing', 'nothing', 'nothing']);
      expect(await bed.ask(served.server, 'four')).toBe('nothing');
    });

    test.each(['getRequest', 'verifyRequest'] as const)('in %s()', async (hook) => {
      const storage = new AsyncLocalStorage<string>();
      const found: unknown[] = [];
      class Server extends bed.Server {
        override getRequest(): ReturnType<RecordingGet> {
          if (hook === 'getRequest') {
            found.push(storage.getStore());
            storage.enterWith('left by getRequest()');
          }
          return super.getRequest();
        }
        override verifyRequest(): boolean {
          if (hook === 'verifyRequest') {
            found.push(storage.getStore());
            storage.enterWith('left by verifyRequest()');
          }
          return true;
        }
      }
      await using served = await bed.serve(bed.handler('upper'), { Server });
      for (const text of ['one', 'two', 'three']) await bed.ask(served.server, text);
      expect(found.length).toBeGreaterThanOrEqual(3);
      expect(new Set(found)).toEqual(new Set([undefined]));
    });
  });
}

type RecordingGet = InstanceType<TestBed['Server']>['getRequest'];
