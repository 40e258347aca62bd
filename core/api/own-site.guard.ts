import {
  ForbiddenException,
  Injectable,
  UnsupportedMediaTypeException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request } from 'express';

/**
 * Keeps pages of other sites from changing anything: a browser may send their requests here without asking, and the host
 * has no login yet. Programs send neither `Origin` nor `Sec-Fetch-Site`.
 */
@Injectable()
export class OwnSiteGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    const { origin, host } = headers;
    const site = headers['sec-fetch-site'];
    const isForeign =
      (site !== undefined && site !== 'same-origin' && site !== 'none') ||
      (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`);
    if (isForeign) throw new ForbiddenException('Only pages of this host may change anything here.');
    // A form of another site cannot send this type, and a script there would have to ask first, which is never granted.
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
      throw new UnsupportedMediaTypeException('Send it with Content-Type: application/json; the body may be empty.');
    return true;
  }
}
