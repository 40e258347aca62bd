import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Request } from 'express';
import type { AuditedAct, Permission, Principal } from '../security/index.js';
import { problems } from './answers.js';

/** What a request says of who sends it. */
export interface Credentials {
  /** The header. */
  readonly authorization: string | undefined;
  /** The header. */
  readonly cookie: string | undefined;
  /** Whether a page asks by itself, with nobody before it: that keeps no login alive. */
  readonly isUnattended: boolean;
  /** Where it comes from, as far as the host can tell. */
  readonly address: string;
}

/** Why somebody is not known, and what to do. */
export interface Refusal {
  readonly refused: string;
  /** Too many tries: none is looked at for so many seconds. */
  readonly waitSeconds?: number;
  /** A browser may be sent to `/login`. */
  readonly canLogIn?: boolean;
}

/** Who may do what; the composition root provides it. */
export interface Access {
  authenticate(credentials: Credentials): Promise<Principal | Refusal>;
  audit(act: AuditedAct): Promise<unknown>;
}

/** The injection token. */
export const ACCESS = Symbol('ACCESS');

/** Metadata of a route: the permission that it needs, or that it needs none. */
export const NEEDED = 'tributary:needed';
export type Needed = Permission | 'self' | 'nothing';

/** A route without `Needs` or `OpenToAll` is refused to everybody. */
/** `self`: to be known is enough. */
export const Needs = (permission: Permission | 'self'): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(NEEDED, permission),
    ApiExtension('x-permission', permission),
    ...problems([401, 403, 429]),
  );

/** It tells nothing of the company: probes, and what a login needs. */
export const OpenToAll = () => SetMetadata(NEEDED, 'nothing' satisfies Needed);

/** Seeing the status is no event; everything else that somebody does or reads is. */
export const isAudited = (needed: Needed): boolean => needed !== 'status:read' && needed !== 'self';

export type KnownRequest = Request & { principal?: Principal };

/** The name of who asks. */
export const Actor = createParamDecorator(
  (_: unknown, context: ExecutionContext) => principalOf(context.switchToHttp().getRequest<KnownRequest>()).name,
);

export function principalOf({ principal }: KnownRequest): Principal {
  if (principal === undefined) throw new Error('The guard lets nobody in whom it does not know.');
  return principal;
}
