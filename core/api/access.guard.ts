import {
  ForbiddenException,
  HttpException,
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { lacking, type Permission, type Principal } from '../security/index.js';
import { ACCESS, isAudited, NEEDED, type Access, type KnownRequest, type Needed, type Refusal } from './access.js';
import { knowPrincipal } from './scoped-services.js';

/** Lets a request pass whose sender is known and has the right that the route declares; what is not declared is refused. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(ACCESS) private readonly access: Access,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride<Needed | undefined>(NEEDED, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === undefined) throw new ForbiddenException('This route declares no permission, so nobody has it.');
    if (needed === 'nothing') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<KnownRequest>();
    const principal = await this.access.authenticate({
      authorization: request.headers.authorization,
      cookie: request.headers.cookie,
      isUnattended: request.headers['x-unattended'] !== undefined,
      address: request.ip ?? 'unknown',
    });
    if ('refused' in principal) return refuse(request, http.getResponse<Response>(), principal);
    request.principal = principal;
    knowPrincipal(principal);
    const act = {
      actor: principal.name,
      action: actionOf(context),
      object: Object.values(request.params).join('/'),
      detail: {
        request_id: http.getResponse<Response>().locals['requestId'] as string,
        break_glass: principal.breakGlass,
      },
    };
    const refusal = refusalOf(principal, needed);
    if (refusal !== undefined) {
      await this.access.audit({ ...act, outcome: 'denied' });
      throw new ForbiddenException(refusal);
    }
    // Before it is done: what the log cannot take does not happen.
    if (isAudited(needed)) await this.access.audit({ ...act, outcome: 'allowed' });
    return true;
  }
}

function refuse(request: KnownRequest, response: Response, { refused, waitSeconds, canLogIn }: Refusal): never {
  if (waitSeconds !== undefined) {
    response.setHeader('Retry-After', String(waitSeconds));
    throw new HttpException(refused, 429);
  }
  if (canLogIn === true) response.setHeader('Link', '</login>; rel="login"');
  // What a person opens in a browser; the answer is sent before the refusal ends the request.
  if (canLogIn === true && request.method === 'GET' && request.accepts(['json', 'html']) === 'html')
    response.redirect(302, `/login?return=${encodeURIComponent(request.originalUrl)}`);
  else response.setHeader('WWW-Authenticate', 'Bearer realm="tributary"');
  throw new UnauthorizedException(refused);
}

function refusalOf({ permissions, withheld, regions }: Principal, needed: Permission | 'self'): string | undefined {
  if (needed === 'self') return undefined;
  if (withheld?.has(needed) === true)
    return `${lacking(needed)} It needs a login with a second factor too, and yours had none (\`access.oidc.mfa_roles\`).`;
  if (!permissions.has(needed)) return lacking(needed);
  if (regions === undefined || needed === 'report:read') return undefined;
  // Runs, records and files are counted over all regions.
  return `This access is to the region ${regions.join(', ')} only, by which nothing but the report is told.`;
}

/** `RequestsController.ask` is `requests.ask`. */
function actionOf(context: ExecutionContext): string {
  const controller = context.getClass().name.replace(/Controller$/, '');
  return `${controller.charAt(0).toLowerCase()}${controller.slice(1)}.${context.getHandler().name}`;
}
