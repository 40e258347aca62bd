import { BadRequestException } from '@nestjs/common';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** `wanted` is what a key makes once, such as "run". */
export function idempotencyKey(header: string | undefined, wanted: string): string {
  if (header !== undefined && KEY.test(header)) return header;
  throw new BadRequestException(
    `Idempotency-Key must be 1 to 200 printable characters without spaces, new for every ${wanted} that is wanted.`,
  );
}
