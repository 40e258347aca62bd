import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { linesOf, startProcess, type ProcessOptions } from '../../../../core/sdk/process/index.js';

const never = new AbortController().signal;
const node = (script: string, ...rest: string[]) => [process.execPath, '-e', script, ...rest];
const start = (script: string, options: Partial<ProcessOptions> = {}) =>
  startProcess({ command: node(script), signal: never, graceMs: 500, ...options });

async function read(lines: AsyncIterable<readonly string[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const some of lines) all.push(...some);
  return all;
}

async function* bytes(...chunks: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('lines', () => {
  it('are whole wherever the chunks are cut, a last one without its end too', async () => {
    const whole = Buffer.from('é\r\n\n{"a":"ü"}\nend');
    for (let at = 0; at <= whole.length; at += 1)
      expect(await read(linesOf(bytes(whole.subarray(0, at), whole.subarray(at)), 'It'))).toEqual([
        'é',
        '',
        '{"a":"ü"}',
        'end',
      ]);
  });

  it('have a greatest length, met before the end of the line is', async () => {
    await expect(read(linesOf(bytes('1234', '5678'), 'It', 7))).rejects.toThrow(
      'It has written a line of more than 7 bytes',
    );
    await expect(read(linesOf(bytes('12345678\n1\n'), 'It', 7))).rejects.toThrow('more than 7 bytes');
    expect(await read(linesOf(bytes('1234567\n', '1'), 'It', 7))).toEqual(['1234567', '1']);
  });

  it('are UTF-8', async () => {
    await expect(read(linesOf(bytes(Uint8Array.of(0xe9, 10)), 'It'))).rejects.toMatchObject({ kind: 'source' });
  });
});

describe('a child process', () => {
  it('gets its arguments as they are, and of the environment what is named', async () => {
    process.env['SINGER_TEST_SECRET'] = 'of the host';
    const script =
      'console.log(JSON.stringify([process.argv.slice(1), process.env.TOKEN, process.env.SINGER_TEST_SECRET]))';
    const running = startProcess({
      command: node(script, '$(id) && `id`', '*'),
      environment: { TOKEN: 'abc' },
      signal: never,
    });
    delete process.env['SINGER_TEST_SECRET'];
    expect(await read(running.lines)).toEqual(['[["$(id) && `id`","*"],"abc",null]']);
  });

  it('is read no faster than its lines are taken', async () => {
    let taken = 0;
    let ahead = 0;
    const script =
      'for (let n = 1; n <= 6000; n += 1) { fs.writeSync(1, "x".repeat(1023) + "\\n"); if (n % 50 === 0) fs.writeSync(2, n + "\\n"); }';
    const running = start(script, { onNote: (line) => (ahead = Math.max(ahead, Number(line) - taken)) });
    for await (const lines of running.lines) {
      taken += lines.length;
      for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
    }
    expect(taken).toBe(6_000);
    expect(ahead).toBeLessThan(1_000);
  });

  it('takes lines on stdin', async () => {
    const running = start('process.stdin.pipe(process.stdout)');
    await running.write('one\n');
    await running.write('two\n');
    running.endInput();
    expect(await read(running.lines)).toEqual(['one', 'two']);
  });

  it('tells its exit code with the last that it said', async () => {
    const running = start(
      'for (let n = 0; n < 50; n += 1) console.error("step " + n); console.log("{}"); process.exitCode = 3;',
    );
    const error = await read(running.lines).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'source' });
    expect((error as Error).message).toMatch(/"node" ended with exit code 3\. It said last:\nstep 40\n[^]*step 49$/);
  });

  it('that is not there is a fault of the configuration', async () => {
    const running = startProcess({ command: ['/nowhere/tap-x'], signal: never });
    await expect(read(running.lines)).rejects.toMatchObject({
      kind: 'config',
      message: 'The program "/nowhere/tap-x" is not there.',
    });
    await running.stop();
  });

  it('is ended when it has been silent for too long, and not while nobody takes what it wrote', async () => {
    const hanging = start('console.log("a"); setInterval(() => {}, 1e6)', { silenceMs: 300 });
    await expect(read(hanging.lines)).rejects.toThrow(/"node" has written nothing for 0 s and was ended/);
    const waiting = start('console.log("a"); process.stdin.once("data", () => { console.log("b"); process.exit(); })', {
      silenceMs: 2_000,
    });
    const iterator = waiting.lines[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(['a']);
    await waiting.write('go\n');
    expect((await iterator.next()).value).toEqual(['b']);
    expect((await iterator.next()).done).toBe(true);
  });

  it('goes with all that it started, and with force where it does not want to', async () => {
    const script =
      'process.on("SIGTERM", () => {}); const c = require("child_process").spawn(process.execPath, ["-e", "process.on(\\"SIGTERM\\", () => {}); setInterval(() => {}, 1e6)"], { stdio: "inherit" }); console.log(process.pid + " " + c.pid); setInterval(() => {}, 1e6)';
    const stop = new AbortController();
    const running = start(script, { signal: stop.signal, graceMs: 200 });
    const iterator = running.lines[Symbol.asyncIterator]();
    const pids = String((await iterator.next()).value?.[0])
      .split(' ')
      .map(Number);
    expect(pids.every(isAlive)).toBe(true);
    stop.abort(new Error('stopped'));
    await expect(iterator.next()).rejects.toThrow('stopped');
    await running.stop();
    while (pids.some(isAlive)) await new Promise((done) => setImmediate(done));
  });

  it('goes when the process that started it ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-process-'));
    await writeFile(
      join(folder, 'host.mjs'),
      `import { startProcess } from ${JSON.stringify(join(process.cwd(), 'dist/core/sdk/process/index.js'))};
       import { writeFileSync } from 'node:fs';
       const running = startProcess({ command: [process.execPath, '-e', 'console.log(process.pid); setInterval(() => {}, 1e6)'], signal: new AbortController().signal });
       for await (const [pid] of running.lines) { writeFileSync(${JSON.stringify(join(folder, 'pid'))}, pid); process.exit(0); }`,
    );
    await once(spawn(process.execPath, [join(folder, 'host.mjs')], { stdio: 'inherit' }), 'exit');
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    while (isAlive(pid)) await new Promise((done) => setImmediate(done));
  });
});
