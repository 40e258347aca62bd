import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto';
import { keyedHash } from '../program/index.js';
import type { RecordSeal, Seal } from '../protocol/index.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed value is bound to: moved into another table or column, it opens no more. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
}

export interface SealKey {
  readonly key: Uint8Array;
  readonly version: number;
}

const subkey = (key: Uint8Array, use: string) => Buffer.from(hkdfSync('sha256', key, '', `tributary ${use}`, 32));

const bindingOf = ({ table, column }: SealedPlace, version: number) =>
  Buffer.from(JSON.stringify([table, column, version]));

/**
 * AES-256-GCM, as `enc_<version>_<nonce, tag and ciphertext>`. The nonce derives by HMAC from the place and the value: so an
 * unchanged value is an unchanged text, and two values never share a nonce. The price is that equal values of one column are
 * seen to be equal.
 */
export function encryption({ key, version }: SealKey, place: SealedPlace): Seal {
  // A key that OpenSSL has taken over once, and not again for every value.
  const cipherKey = createSecretKey(subkey(key, 'encryption'));
  const nonces = keyedHash(subkey(key, 'nonce'));
  const binding = bindingOf(place, version);
  const bound = `${binding.toString()}\0`;
  const nonce = Buffer.alloc(NONCE_BYTES);
  return {
    isMarked: true,
    kind: 'encrypt',
    of(text) {
      nonce.write(nonces.ofText(bound + text, 'binary'), 0, NONCE_BYTES, 'latin1');
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce);
      cipher.setAAD(binding);
      const sealed = cipher.update(text, 'utf8');
      cipher.final();
      const whole = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
      return `enc_${version}_${whole.toString('base64url')}`;
    },
  };
}

/** Seals whole records for quarantine with the first of the keys, and opens them with whichever has their version. */
export function recordSeal(keys: readonly SealKey[], place: Omit<SealedPlace, 'column'>): RecordSeal {
  const bound = { ...place, column: 'quarantine' };
  const [current] = keys as readonly [SealKey, ...SealKey[]];
  const { of } = encryption(current, bound);
  return { seal: (text) => of(text) as string, open: (sealed) => decrypted(sealed, keys, bound) };
}

/** Opens what `encryption` has sealed, with whichever of the keys has its version; undefined where none opens it. */
export function decrypted(sealed: string, keys: readonly SealKey[], place: SealedPlace): string | undefined {
  const [, version, body] = /^enc_(\d+)_([\w-]+)$/.exec(sealed) ?? [];
  const found = keys.find((one) => one.version === Number(version));
  const whole = Buffer.from(body ?? '', 'base64url');
  if (found === undefined || whole.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', subkey(found.key, 'encryption'), whole.subarray(0, NONCE_BYTES));
  decipher.setAAD(bindingOf(place, found.version));
  decipher.setAuthTag(whole.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return decipher.update(whole.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}

/** A keyed hash to join by, without a version: 64 hexadecimal digits, the same in every table that uses the key. */
export function joinHash(key: Uint8Array): Seal {
  const own = keyedHash(subkey(key, 'hash'));
  return { isMarked: false, kind: 'hash', of: (text) => own.ofText(text, 'hex') };
}

/** Stars for all but the last `shown` characters; a value that is not longer than that is all stars. Its length is not told. */
export function mask(shown: number): Seal {
  return {
    isMarked: false,
    kind: 'mask',
    of(text) {
      const characters = Array.from(text);
      return `****${shown > 0 && characters.length > shown ? characters.slice(-shown).join('') : ''}`;
    },
  };
}

/** 45 CFR 164.514(b)(2)(i)(B): the areas of three ZIP digits in which no more than 20,000 people live (census of 2000, as HHS lists them). */
const SMALL_ZIP_AREAS = new Set('036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893'.split(' '));
/** Ages above it are one group, 164.514(b)(2)(i)(C). */
const OLDEST_AGE = 89;

export type Generalisation = 'date' | 'birth_date' | 'age' | 'zip';

/** What Safe Harbor leaves of a value; null where the value has not the form. `year`: the one in which this is judged. */
export function generalisation(kind: Generalisation, year: number): Seal {
  const yearIn = (text: string) => /^(\d{4})(?!\d)/.exec(text)?.[1] ?? null;
  const kinds: Readonly<Record<Generalisation, Seal['of']>> = {
    date: yearIn,
    birth_date(text) {
      const born = yearIn(text);
      // Who was born then turns 90 in this year at the latest, so that the year would tell an age above 89.
      const last = year - OLDEST_AGE - 1;
      return born !== null && Number(born) <= last ? `${last} or before` : born;
    },
    age(text) {
      if (!/^\d{1,3}$/.test(text)) return null;
      return Number(text) > OLDEST_AGE ? `${OLDEST_AGE + 1}+` : text;
    },
    zip(text) {
      const area = /^(\d{3})\d{2}(-?\d{4})?$/.exec(text.trim())?.[1] ?? null;
      return area !== null && SMALL_ZIP_AREAS.has(area) ? '000' : area;
    },
  };
  return { isMarked: false, kind: 'generalise', of: kinds[kind] };
}
