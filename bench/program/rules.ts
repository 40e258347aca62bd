import { createCipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planColumns, type StreamRules } from '../../core/middleware/index.js';
import { compileForScanner, type RowPlan } from '../../core/program/index.js';
import { csvScanner } from '../../core/sdk/files/csv.scanner.js';
import { createBinaryBatch } from '../../destinations/postgres/binary-batch.js';
import { EVENT_FIELDS, eventExport } from '../data/event-export.js';
import { CHAINS } from '../data/typical-rules.js';
import { chunksOf } from './chunks.js';

/**
 * What the chain costs in this process, without a server: a CSV of 14 columns becomes binary COPY without rules, with three maps
 * and six expectations, and with one token and one encryption, by turns; beside that the bare crypto calls, one HMAC and one
 * AES-256-GCM for every row. Times are those of the CPU. `npm run bench -- rules [--rows 2000000] [--rounds 3]`.
 */
const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '2000000' }, rounds: { type: 'string', default: '3' } },
});
const rows = Number(options.rows);

/** Seconds: of the CPU, in which nothing is of what else the machine does, and on the clock. */
interface Took {
  readonly cpu: number;
  readonly clock: number;
}
function stopwatch(): () => Took {
  const [cpu, clock] = [process.cpuUsage(), performance.now()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: (user + system) / 1e6, clock: (performance.now() - clock) / 1e3 };
  };
}

/** For the whole file, and the most memory seen on the way. */
function load(path: string, rules: StreamRules): Took & { readonly peak: number } {
  const plan: RowPlan = {
    columns: planColumns(EVENT_FIELDS, rules, ['event_id']),
    parsing: { nulls: [''], quotedNulls: false, formats: {}, trueTexts: ['true'], falseTexts: ['false'] },
    withPosition: true,
    holdsNul: false,
    unstorableText: 'replace',
  };
  const took = stopwatch();
  const scanner = csvScanner({ skipRows: 1 });
  const program = compileForScanner(plan, EVENT_FIELDS);
  const batch = createBinaryBatch(EVENT_FIELDS.length + 1, { targetBytes: 1 << 20 });
  let encoded = 0;
  let peak = 0;
  const drain = () => {
    while (program.run(scanner, batch)) batch.reset();
    encoded += program.drain().tally.encoded;
  };
  for (const chunk of chunksOf(path, 1 << 18)) {
    scanner.push(chunk);
    drain();
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  scanner.end();
  drain();
  if (encoded !== rows) throw new Error(`${encoded} rows instead of ${rows}`);
  return { ...took(), peak };
}

/** One HMAC-SHA256 and one AES-256-GCM for every row, with keys that OpenSSL holds already, and nothing else. */
function bareCalls(): Took {
  const key = createSecretKey(Buffer.alloc(32, 7));
  const members = Array.from({ length: 1_000 }, (_, at) => `M${String(at * 997).padStart(9, '0')}`);
  const emails = members.map((_, at) => `member.${at * 997}@example.org`);
  const nonce = randomBytes(12);
  const took = stopwatch();
  for (let row = 0; row < rows; row += 1) {
    createHmac('sha256', key)
      .update(members[row % 1_000] as string)
      .digest('base64url');
    nonce.writeUInt32LE(row);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.update(emails[row % 1_000] as string, 'utf8');
    cipher.final();
    cipher.getAuthTag();
  }
  return took();
}

const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = eventExport({ folder, rows });
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const turns = Array.from({ length: Number(options.rounds) }, () => ({
  bare: load(path, CHAINS.none),
  ruled: load(path, CHAINS.typical),
  sealed: load(path, CHAINS.sealed),
  crypto: bareCalls(),
}));
type Turn = (typeof turns)[number];
const middle = (value: (turn: Turn) => number) => median(turns.map(value));
const perSecond = (of: keyof Turn) => `${Math.round(rows / middle((turn) => turn[of].cpu) / 1000)}k rows/s of CPU`;
const share = { cpu: 0, clock: 0 };
const cost = { cpu: 0, clock: 0 };
for (const by of ['cpu', 'clock'] as const) {
  share[by] = middle(({ bare, ruled }) => bare[by] / ruled[by]);
  cost[by] = middle(({ bare, sealed, crypto }) => (sealed[by] - bare[by]) / crypto[by]);
}
const both = ({ cpu, clock }: Took) => `${cpu.toFixed(2)} (on the clock ${clock.toFixed(2)})`;
const said = (isReached: boolean) => (isReached ? 'reached' : 'NOT REACHED');
console.log(`without rules                     ${perSecond('bare')}`);
console.log(
  `three maps, six expectations      ${perSecond('ruled')}: ${both(share)} of that speed (≥ 0.80: ${said(share.cpu >= 0.8)})`,
);
console.log(
  `one token, one encryption         ${perSecond('sealed')}: ${both(cost)} of the bare crypto calls, ${perSecond('crypto')} (≤ 1.30: ${said(cost.cpu <= 1.3)})`,
);
const peaks = (['bare', 'ruled', 'sealed'] as const).map((of) =>
  Math.round(Math.max(...turns.map((turn) => turn[of].peak)) / 1e6),
);
console.log(`memory at its peak                ${peaks.join(', ')} MB`);
if (rows >= 2_000_000 && (share.cpu < 0.8 || cost.cpu > 1.3)) process.exitCode = 1;
