import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { keyedHash } from '../../../core/program/keyed-hash.js';

test.each([0, 16, 32, 64, 65, 200])(
  'is HMAC-SHA256 with a key of %i bytes, whatever the length of the value',
  (length) => {
    const key = Buffer.alloc(length, 'k');
    const { ofBytes, ofText } = keyedHash(key);
    for (const size of [0, 1, 9, 31, 55, 56, 63, 64, 65, 500, 1_023, 1_024, 1_025, 5_000]) {
      const text = 'a value é'.repeat(600).slice(0, size);
      const ascii = text.replaceAll('é', 'e');
      const bytes = Buffer.from(text);
      const padded = Buffer.concat([Buffer.from('--'), bytes, Buffer.from('--')]);
      const expected = createHmac('sha256', key).update(bytes).digest('base64url');
      expect(ofText(text, 'base64url')).toBe(expected);
      expect(ofBytes(padded, 2, 2 + bytes.length, 'base64url')).toBe(expected);
      expect(ofText(ascii, 'hex')).toBe(createHmac('sha256', key).update(ascii).digest('hex'));
    }
  },
);
