import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Req,
  UseGuards,
} from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { parseDuration } from '../protocol/index.js';
import { Needs, principalOf, type KnownRequest } from './access.js';
import { Answers } from './answers.js';
import { BREAK_GLASS, BREAK_GLASSES } from './answer-forms.js';
import { breakGlassForm } from './forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { OwnSiteGuard } from './own-site.guard.js';

const BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['reason', 'for'],
  properties: {
    reason: { type: 'string', minLength: 10, maxLength: 500, description: 'For those who review it; name no member.' },
    for: { type: 'string', description: 'A duration like 30m, at most `access.break_glass.longest`.' },
  },
} as const;

/** Emergency access to what tells of single persons: with a reason, for a limited time, and not in silence. */
@Controller('api/break-glass')
export class BreakGlassController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Needs('audit:read')
  @Answers('Who took emergency access, the latest first, a hundred at most.', BREAK_GLASSES)
  async list(): Promise<object> {
    return { accesses: (await this.services.breakGlass.list()).map(breakGlassForm) };
  }

  /** For the one who asks, and at once; alert rules `break_glass` tell others. */
  @Post()
  @Needs('break-glass:use')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ schema: BODY as never })
  @Answers('It is open.', BREAK_GLASS, 400, 403, 409, 415)
  async open(@Req() request: KnownRequest, @Body() body: unknown): Promise<object> {
    const { longestMs } = this.services.breakGlass;
    if (longestMs === undefined)
      throw new ConflictException('There is no emergency access here: `access.break_glass` is not configured.');
    const { reason, forMs } = bodyOf(body, longestMs);
    return breakGlassForm(await this.services.breakGlass.open({ actor: principalOf(request).name, reason, forMs }));
  }

  /** By somebody who may read the audit log, and not the one who took it; its alert is over then. */
  @Post(':id/review')
  @Needs('audit:read')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @Answers('It is reviewed.', BREAK_GLASS, 403, 404, 409, 415)
  async review(@Param('id') id: string, @Req() request: KnownRequest): Promise<object> {
    const reviewed = await this.services.breakGlass.review(id, principalOf(request).name);
    if (reviewed === undefined) throw new NotFoundException(`There is no emergency access "${id}".`);
    if ('refused' in reviewed) throw new ConflictException(reviewed.refused);
    return breakGlassForm(reviewed);
  }

  @Post('end')
  @Needs('self')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @Answers('That of who asks is over.', BREAK_GLASSES, 403, 415)
  async end(@Req() request: KnownRequest): Promise<object> {
    const { name } = principalOf(request);
    return { accesses: (await this.services.breakGlass.end(name, name)).map(breakGlassForm) };
  }
}

function bodyOf(body: unknown, longestMs: number): { readonly reason: string; readonly forMs: number } {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(BODY.properties, key));
  if (unknown !== undefined) throw new BadRequestException(`There is no key "${unknown}". There are: reason, for.`);
  const { reason, for: duration } = given;
  if (typeof reason !== 'string' || reason.trim().length < 10 || reason.length > 500)
    throw new BadRequestException('reason must be text of 10 to 500 characters: who reviews it must understand it.');
  const forMs = typeof duration === 'string' ? parseDuration(duration) : undefined;
  if (forMs === undefined || forMs < 60_000 || forMs > longestMs)
    throw new BadRequestException(`for must be a duration like 30m, from 1m to ${longestMs / 60_000}m.`);
  return { reason, forMs };
}
