import { trace } from '@opentelemetry/api';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { runSpans } from '../../../core/app/run-spans.js';
import type { DestinationSession } from '../../../core/protocol/index.js';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});

afterAll(() => trace.disable());

test('a frozen session and one with private parts have their spans too', async () => {
  class Session {
    #epoch = 7n;
    raiseFence = () => Promise.resolve(this.#epoch);
    open() {
      return Promise.resolve(
        Object.freeze({ checkpoint: () => Promise.resolve('committed'), describe: () => this.#epoch }),
      );
    }
  }
  const session = Object.freeze(new Session()) as unknown as DestinationSession;

  const spans = runSpans({ id: 'r1', connection: 'shop', trigger: 'manual' });
  const traced = spans.destination(session);
  expect(await traced.raiseFence({} as never)).toBe(7n);
  const writer = await traced.open({ stream: 'orders' } as never, 'w1', undefined as never);
  expect(await writer.checkpoint({} as never)).toBe('committed');
  expect((writer as unknown as { describe(): bigint }).describe()).toBe(7n);

  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['fence', 'checkpoint']);
});
