import { readlink, readFile, readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { spooled } from '../../../../core/sdk/files/unpack/spool.js';

const CANARY = 'jane.canary@example.org';

test('what is spooled can be read at any place, and on the disk it is not to be read', async () => {
  const whole = Buffer.from(`${CANARY},`.repeat(5_000));
  const spool = await spooled(
    (async function* () {
      for (let at = 0; at < whole.length; at += 777) yield whole.subarray(at, at + 777);
    })(),
  );
  try {
    expect(spool.bytes).toBe(whole.length);
    for (const [from, length] of [
      [0, 10],
      [1, 16],
      [15, 17],
      [16, 1],
      [70_001, 4_000],
      [whole.length - 3, 100],
    ] as const)
      expect(Buffer.from(await spool.read(from, length)).equals(whole.subarray(from, from + length))).toBe(true);
    // The file has no name any more, but this process holds it open.
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map(async (fd) => {
        const path = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
        return path.includes('tributary-') ? readFile(`/proc/self/fd/${fd}`, 'latin1') : '';
      }),
    );
    const texts = open.filter((text) => text !== '');
    expect(texts.map((text) => text.length)).toContain(whole.length);
    expect(texts.some((text) => text.includes('canary'))).toBe(false);
  } finally {
    await spool.close();
  }
});
