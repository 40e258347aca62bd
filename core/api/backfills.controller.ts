import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Response } from 'express';
import type { BackfillRecord } from '../scheduler/backfill-store.js';
import { Needs } from './access.js';
import { Accepts, Answers } from './answers.js';
import { ASKED, BACKFILL } from './answer-forms.js';
import { snakeKeys } from './forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { idempotencyKey } from './idempotency-key.js';
import { OwnSiteGuard } from './own-site.guard.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = { type: 'string', format: 'date', description: 'A whole day, which is read.' } as const;
const BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['from', 'to'],
  properties: { from: DAY, to: DAY },
} as const;

/** Days read again, in parts that workers take side by side while the schedule goes on. */
@Controller('api')
@Needs('status:read')
export class BackfillsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  /** Two calls with one key are one backfill, also when it has ended. */
  @Post('connections/:name/backfill')
  @Needs('runs:manage')
  @HttpCode(202)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ schema: BODY as never })
  @Accepts('The backfill is asked for; workers carry out its parts.', ASKED, 400, 403, 404, 415)
  async ask(
    @Param('name') name: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    if (!this.services.connections.some((one) => one.name === name))
      throw new NotFoundException(`There is no connection "${name}".`);
    const asked = idempotencyKey(key, 'backfill');
    const { id } = await this.services.backfill(name, daysOf(body), asked);
    const url = `/api/backfills/${id}`;
    response.location(url);
    return { id, url };
  }

  @Get('backfills/:id')
  @Answers('How a backfill and its parts stand.', BACKFILL, 404)
  async show(@Param('id') id: string): Promise<object> {
    return snakeKeys(await this.known(id, (known) => this.services.backfills.get(known)));
  }

  /** Parts that wait are cancelled at once; running ones stop within some seconds. What is committed stays. */
  @Post('backfills/:id/cancel')
  @Needs('runs:manage')
  @HttpCode(202)
  @UseGuards(OwnSiteGuard)
  @Accepts('It is cancelled, or its workers will be told.', BACKFILL, 403, 404, 415)
  async cancel(@Param('id') id: string): Promise<object> {
    return snakeKeys(await this.known(id, (known) => this.services.backfills.cancel(known)));
  }

  @Post('backfills/:id/parts/:from/repeat')
  @Needs('runs:manage')
  @HttpCode(202)
  @UseGuards(OwnSiteGuard)
  @Accepts('The failed part that begins on this day is asked for once more.', BACKFILL, 403, 404, 409, 415)
  async repeat(@Param('id') id: string, @Param('from') from: string): Promise<object> {
    await this.known(id, (known) => this.services.backfills.get(known));
    const repeated = await this.services.repeatPart(id, from);
    if (repeated === undefined) throw new ConflictException(`No part that begins on ${from} has failed.`);
    return snakeKeys(repeated);
  }

  private async known(id: string, ask: (id: string) => Promise<BackfillRecord | undefined>): Promise<BackfillRecord> {
    const found = UUID.test(id) ? await ask(id) : undefined;
    if (found === undefined) throw new NotFoundException(`There is no backfill "${id}".`);
    return found;
  }
}

function daysOf(body: unknown): { readonly from: string; readonly to: string } {
  const { from, to, ...rest } = (body ?? {}) as Record<string, unknown>;
  if (!isDay(from) || !isDay(to) || Object.keys(rest).length > 0)
    throw new BadRequestException('The body must be {"from": day, "to": day} with days like 2026-03-01.');
  if (from > to) throw new BadRequestException(`from ${from} is after to ${to}.`);
  return { from, to };
}

const isDay = (text: unknown): text is string =>
  typeof text === 'string' &&
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
