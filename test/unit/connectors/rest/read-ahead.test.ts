import { readAhead, type Ahead } from '../../../../connectors/rest/retrievers/read-ahead.js';

const options = { width: 3, weightOf: (page: string) => page.length, mostHeld: 6 };
/** Lets everything that can go on do so. */
const settled = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};
async function* of<T>(...items: T[]): AsyncIterable<T> {
  yield* items;
}

/** Items whose pages come when the test says so. */
function source(items: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const returned: string[] = [];
  const open = async function* (item: string): AsyncIterable<string> {
    try {
      for (const [at, page] of items[item]!.entries()) {
        const name = `${item}${at}`;
        asked.push(name);
        const gate = Promise.withResolvers<void>();
        waiting.set(name, gate);
        await gate.promise;
        if (page === 'fault') throw new Error(`${name} fails`);
        yield page;
      }
    } finally {
      returned.push(item);
    }
  };
  const release = async (name: string) => {
    waiting.get(name)!.resolve();
    await settled();
  };
  return { asked, returned, open, release };
}

/** What came, until it ended or failed. */
function gathered(steps: AsyncIterable<Ahead<string, string>>) {
  const seen: string[] = [];
  const done = (async () => {
    for await (const step of steps) seen.push(step.kind === 'page' ? step.page : `end ${step.item}`);
  })().catch((error: unknown) => seen.push((error as Error).message));
  return { seen, done };
}

test('so many items are read at once and no more, and come in their order whichever answers first', async () => {
  const { asked, open, release } = source({ a: ['a0'], b: ['b0'], c: ['c0'], d: ['d0'] });
  const { seen, done } = gathered(readAhead(of('a', 'b', 'c', 'd'), open, options));
  await settled();
  expect(asked).toEqual(['a0', 'b0', 'c0']);
  await release('c0');
  await release('b0');
  // An end is told in its turn alone, and only then the next one begins.
  expect({ seen, asked: asked.length }).toEqual({ seen: [], asked: 3 });
  await release('a0');
  expect(asked).toEqual(['a0', 'b0', 'c0', 'd0']);
  await release('d0');
  await done;
  expect(seen).toEqual(['a0', 'end a', 'b0', 'end b', 'c0', 'end c', 'd0', 'end d']);
});

test('what nobody takes is not read on: one page of each item, and as many more as there is room for', async () => {
  const pages = ['xxx', 'xxx', 'xxx', 'xxx', 'xxx'];
  const { asked, open, release } = source({ a: pages, b: pages, c: pages });
  const steps = readAhead(of('a', 'b', 'c'), open, options)[Symbol.asyncIterator]();
  const first = steps.next();
  await settled();
  await release('b0');
  await release('b1');
  // Six letters are held: no room for a third page, but for the first of another item.
  expect(asked).toEqual(['a0', 'b0', 'c0', 'b1']);
  await release('c0');
  expect(asked).toHaveLength(4);
  await release('a0');
  expect((await first).value).toEqual({ kind: 'page', item: 'a', page: 'xxx' });
  // The item whose turn it is reads on whatever the others hold.
  await settled();
  expect(asked).toEqual(['a0', 'b0', 'c0', 'b1', 'a1']);
  await steps.return?.(undefined);
});

test('a fault is told in its turn, after all that came before it, and nothing is begun behind it', async () => {
  const { asked, open, release } = source({ a: ['a0', 'a1'], b: ['fault'], c: ['c0'], d: ['d0'] });
  const { seen, done } = gathered(readAhead(of('a', 'b', 'c', 'd'), open, options));
  await settled();
  await release('b0');
  await release('c0');
  expect(seen).toEqual([]);
  await release('a0');
  await release('a1');
  await done;
  expect(seen).toEqual(['a0', 'a1', 'end a', 'b0 fails']);
  expect(asked).not.toContain('d0');
});

test('who breaks off ends all that is being read, without waiting for it', async () => {
  const { asked, returned, open, release } = source({ a: ['a0', 'a1'], b: ['b0', 'b1'], c: ['c0'] });
  const steps = readAhead(of('a', 'b', 'c'), open, options)[Symbol.asyncIterator]();
  const first = steps.next();
  await settled();
  await release('a0');
  await first;
  await steps.return?.(undefined);
  await release('b0');
  await release('c0');
  await release('a1');
  expect(asked).not.toContain('b1');
  expect(returned.toSorted()).toEqual(['a', 'b', 'c']);
});

test('one at a time asks for nothing before its turn', async () => {
  const { asked, open, release } = source({ a: ['a0'], b: ['b0'] });
  const { seen, done } = gathered(readAhead(of('a', 'b'), open, { ...options, width: 1 }));
  await settled();
  expect(asked).toEqual(['a0']);
  await release('a0');
  await release('b0');
  await done;
  expect(seen).toEqual(['a0', 'end a', 'b0', 'end b']);
});
