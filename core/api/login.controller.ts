import {
  applyDecorators,
  Controller,
  Get,
  HttpException,
  Inject,
  NotFoundException,
  Post,
  HttpCode,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { CookieOptions, Request, Response } from 'express';
import { z } from 'zod';
import { Needs, OpenToAll, principalOf, type KnownRequest } from './access.js';
import { Answers, problems, RedirectsTo } from './answers.js';
import { cookieNames, cookieOf, LOGIN, type Login } from './login.js';
import { OwnSiteGuard } from './own-site.guard.js';

const ME = z.strictObject({
  name: z.string(),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  connections: z.array(z.string()).nullable().describe('The only ones that are shown; null: all.'),
  regions: z.array(z.string()).nullable().describe('The only ones whose figures are shown; null: all.'),
  break_glass: z.string().nullable().describe('The emergency access that is open.'),
  login: z
    .enum(['none', 'token', 'session'])
    .describe('`none`: this host needs no login; `session`: a person who can log out.'),
});

/** Where no provider is configured. */
const Missing = () => applyDecorators(...problems([404]));

const MissingOrTooOften = () => applyDecorators(...problems([404, 429]));

/** Login of people at the company's provider. */
@Controller()
export class LoginController {
  constructor(@Inject(LOGIN) private readonly login: Login | null) {}

  @Get('login')
  @OpenToAll()
  @RedirectsTo("To the provider's login.")
  @MissingOrTooOften()
  async begin(@Query('return') returnTo: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { isSecure } = this.configured();
    const begun = await this.configured().begin(pathOf(returnTo), request.ip ?? 'unknown');
    if ('waitSeconds' in begun) {
      response.setHeader('Retry-After', String(begun.waitSeconds));
      throw new HttpException('Too many logins were begun from this address.', 429);
    }
    const { url, state } = begun;
    response.cookie(cookieNames(isSecure).login, state, { ...cookie(isSecure), maxAge: 600_000 });
    response.redirect(302, url);
  }

  @Get('login/callback')
  @OpenToAll()
  @RedirectsTo('To where the login began.')
  @ApiResponse({
    status: 403,
    description: 'Why it is refused.',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  @Missing()
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { isSecure } = this.configured();
    const names = cookieNames(isSecure);
    const state = cookieOf(request.headers.cookie, names.login) ?? '';
    response.clearCookie(names.login, cookie(isSecure));
    const ended = await this.configured().finish(new URL(request.originalUrl, 'http://here').search.slice(1), state);
    if ('refused' in ended) {
      response.status(403).type('text/plain').send(`${ended.refused}\n`);
      return;
    }
    response.cookie(names.session, ended.secret, cookie(isSecure));
    response.redirect(302, ended.returnTo);
  }

  @Post('logout')
  @Needs('self')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @Answers('The login is over.', ME.pick({ name: true }), 403, 415)
  async logout(@Req() request: KnownRequest, @Res({ passthrough: true }) response: Response): Promise<object> {
    const isSecure = this.login?.isSecure ?? false;
    const { session } = cookieNames(isSecure);
    const secret = cookieOf(request.headers.cookie, session);
    if (secret !== undefined) await this.login?.end(secret);
    response.clearCookie(session, cookie(isSecure));
    return { name: principalOf(request).name };
  }

  @Get('api/me')
  @Needs('self')
  @Answers('Who asks, and what that one may do.', ME)
  me(@Req() request: KnownRequest): object {
    const { name, roles, permissions, connections, regions, breakGlass, login } = principalOf(request);
    return {
      name,
      roles,
      permissions: [...permissions],
      connections: connections ?? null,
      regions: regions ?? null,
      break_glass: breakGlass ?? null,
      login,
    };
  }

  private configured(): Login {
    if (this.login === null)
      throw new NotFoundException('There is no login here: `access.oidc` is not configured. Programs send a token.');
    return this.login;
  }
}

const cookie = (isSecure: boolean): CookieOptions => ({ httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/' });

/** Nothing but a path of this host: else a link to the login could lead to another's page. */
function pathOf(given: unknown): string {
  return typeof given === 'string' && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}$/.test(given) ? given : '/';
}
