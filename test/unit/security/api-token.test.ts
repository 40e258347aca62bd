import { expect, it } from '@jest/globals';
import { digestOf, isSameDigest, newApiToken, parseApiToken } from '../../../core/security/index.js';

it('takes the same comparison wherever two secrets differ', () => {
  const digest = digestOf('a secret');
  // Digests are of one length, so that the comparison of Node, which does not end early, gets all of them.
  for (const at of [0, 15, 31]) {
    const other = Buffer.from(digest);
    other[at]! ^= 1;
    expect([isSameDigest(digest, other), other.length]).toEqual([false, 32]);
  }
  expect(isSameDigest(digest, Buffer.from(digest))).toBe(true);
  expect(isSameDigest(digest, Buffer.alloc(0))).toBe(false);
  expect(isSameDigest.toString()).toContain('timingSafeEqual');
});

it('makes tokens of 256 random bits that are known by their form, and keeps none of them', () => {
  const made = Array.from({ length: 50 }, newApiToken);
  expect(new Set(made.map(({ text }) => text)).size).toBe(50);
  for (const { id, text, digest } of made) {
    expect(parseApiToken(text)).toEqual({ id, digest });
    expect(Buffer.from(text.slice(17), 'base64url')).toHaveLength(32);
  }
  for (const wrong of ['', 'trb_', `trb_${'0'.repeat(12)}_short`, `${made[0]!.text} `, made[0]!.text.toUpperCase()])
    expect(parseApiToken(wrong)).toBeUndefined();
});
