import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is tried against Tributary: the list that is demanded, the page that tells of it, and the tests that do it. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const attacks = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('| `test/'))
  .map((line) => line.slice(2, -2).split(' | ') as [attack: string, file: string, name: string]);

/** Each must be an attack of the page, and so have its test. */
const DEMANDED = [
  /169\.254\.169\.254/,
  /\[::ffff:127\.0\.0\.1\]/,
  /0x7f000001/,
  /DNS rebinding/,
  /302 to the metadata/,
  /42\.zip/,
  /\.\.\/\.\.\/etc/,
  /=HYPERLINK\(/,
  /CRLF in the name of a campaign/,
  /huge header/,
  /alg: none/,
  /run.*by its id/,
  /timing of the check of a token/,
  // Of an audit log.
  /edited/,
  /removed in the middle/,
  /cut off at its tail/,
  /swapped/,
  /inserted/,
  /forked/,
  // Of what else OWASP and HIPAA ask to be tried.
  /wrong role/,
  /region/,
  /CSRF/,
  /open redirect/,
  /host key/,
  /certificate/,
  /XML/,
  /YAML/,
  /archive/,
  /PGP/,
  /secrets and identifiers in logs/,
];

test.each(DEMANDED.map((demanded) => [demanded]))('%s is tried', (demanded) => {
  expect(attacks.filter(([attack]) => demanded.test(attack)).length).toBeGreaterThan(0);
});

test.each(attacks)('%s: its test is there', (_attack, file, name) => {
  const path = join(ROOT, file.slice(1, -1));
  expect({ file, isThere: existsSync(path) && readFileSync(path, 'utf8').includes(name) }).toEqual({
    file,
    isThere: true,
  });
});

test('nothing of ours switches the check of certificates off', () => {
  const files = ['core', 'connectors', 'destinations', 'report', 'plugins']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(ROOT, folder, file)),
    )
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'));
  expect(files.length).toBeGreaterThan(300);
  const off = /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|sslmode=no-verify/;
  expect(files.filter((file) => off.test(readFileSync(file, 'utf8')))).toEqual([]);
});
