/**
 * `npm run bench`: loads through the engine against SQL alone, and the memory that takes. `npm run bench -- NAME …` runs a
 * part of that; `-- files` reads a packed file from an SSH server; `-- encode` and `-- scan` time the row program and the CSV
 * scanner without a server, `-- rules` what the chain of rules costs; `-- scheduler` is the soak of hosts and workers;
 * `-- braze` is the daily run of a large workspace; `-- sfmc` reads many events of Marketing Cloud;
 * `-- rest` reads a declarative manifest beside the Python reference; `-- warehouses` what warehouses take.
 */
const ALONE: Readonly<Record<string, () => Promise<unknown>>> = {
  files: () => import('./files/main.js'),
  encode: () => import('./program/encode.js'),
  rules: () => import('./program/rules.js'),
  scan: () => import('./program/scan.js'),
  scheduler: () => import('./scheduler/soak.js'),
  braze: () => import('./braze/main.js'),
  rest: () => import('./rest/main.js'),
  report: () => import('./report/main.js'),
  sfmc: () => import('./sfmc/main.js'),
  warehouses: () => import('./warehouses/main.js'),
};
const alone = ALONE[process.argv[2] ?? ''];
if (alone === undefined) await import('./load/main.js');
else {
  process.argv.splice(2, 1);
  await alone();
}
