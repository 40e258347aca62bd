import { expect, test } from '@jest/globals';
import { parseSoap } from '../../../../connectors/sfmc/sfmc.xml.js';

const answer = (doctype: string, subject: string) =>
  Buffer.from(`<?xml version="1.0"?>${doctype}<Envelope><Body><RetrieveResponseMsg><OverallStatus>OK</OverallStatus>
    <Results><Subject>${subject}</Subject></Results></RetrieveResponseMsg></Body></Envelope>`);
const read = (body: Buffer) => parseSoap(body, { status: 200 } as never) as { results: readonly object[] };

test('entities of XML are read', () => {
  expect(read(answer('', 'A &amp; B')).results).toEqual([{ Subject: 'A & B' }]);
});

test.each([
  ['a file of the machine', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'],
  ['an address', '<!DOCTYPE x [<!ENTITY e SYSTEM "http://169.254.169.254/">]>'],
  ['texts that swell', `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(100)}"><!ENTITY e "${'&a;'.repeat(100)}">]>`],
])('an entity that stands for %s is refused', (_, doctype) => {
  expect(() => read(answer(doctype, '&e;'))).toThrow(/broken or no SOAP/);
});
