import { csvScanner } from '../../core/sdk/files/index.js';

/**
 * The scanner alone: rows per second over 14 columns × 245 bytes, bare, with quotes here and there, and all quoted.
 * `npm run bench -- scan [rows] [chunk bytes]`.
 */
const rows = Number(process.argv[2] ?? 500_000);
const chunkBytes = Number(process.argv[3] ?? 1 << 18);

const fieldsOf = (index: number): string[] => [
  `0190a3f2-7c11-7d30-9b1e-${String(index).padStart(12, '0')}`,
  '2026-03-14T09:26:53.589Z',
  ['email', 'sms', 'push'][index % 3] as string,
  `cmp_${index % 311}_spring_wellness_outreach`,
  `member_${(index * 7919) % 1_000_003}`,
  ['sent', 'delivered', 'opened', 'clicked'][index % 4] as string,
  String(index % 97),
  `${index % 1000}.${String(index % 100).padStart(2, '0')}`,
  index % 2 === 0 ? 'true' : 'false',
  index % 5 === 0 ? '' : 'Midwest',
  'a1c_overdue_no_portal',
  '2026-03-14',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605',
  String(index).padStart(7, '0'),
];

const layouts: Readonly<Record<string, (fields: string[], index: number) => string>> = {
  bare: (fields) => fields.join(','),
  'some quotes': (fields, index) =>
    fields.map((text, at) => (at === 9 && index % 3 === 0 ? `"Midwest, ""north"""` : text)).join(','),
  'all quoted': (fields) => fields.map((text) => `"${text}"`).join(','),
};

for (const [name, line] of Object.entries(layouts)) {
  const unit = 50_000;
  const block = Buffer.from(Array.from({ length: unit }, (_, index) => `${line(fieldsOf(index), index)}\n`).join(''));
  const seconds: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const started = process.hrtime.bigint();
    const scanner = csvScanner();
    let fields = 0;
    for (let block_ = 0; block_ < rows / unit; block_ += 1)
      for (let at = 0; at < block.length; at += chunkBytes) {
        scanner.push(block.subarray(at, at + chunkBytes));
        while (scanner.next()) fields += scanner.fieldCount;
      }
    scanner.end();
    while (scanner.next()) fields += scanner.fieldCount;
    seconds.push(Number(process.hrtime.bigint() - started) / 1e9);
    if (fields !== rows * 14) throw new Error(`${fields} fields, not ${rows * 14}`);
  }
  const best = Math.min(...seconds);
  console.log(
    `${name.padEnd(12)} ${(block.length / unit).toFixed(0)} bytes a row: ${(rows / best / 1e6).toFixed(2)}M rows/s, ` +
      `${((block.length * (rows / unit)) / best / 1e6).toFixed(0)} MB/s (best of ${seconds.length})`,
  );
}
