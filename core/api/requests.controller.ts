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
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Response } from 'express';
import type { RequestRecord } from '../scheduler/request-store.js';
import { Needs } from './access.js';
import { Accepts, Answers, Parameters } from './answers.js';
import { ASKED, REQUEST, REQUESTS } from './answer-forms.js';
import { requestForm } from './forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { idempotencyKey } from './idempotency-key.js';
import { OwnSiteGuard } from './own-site.guard.js';
import { REQUEST_STATES, REQUEST_TRIGGERS, requestFilterOf, UUID } from './request-query.js';
import { DEFAULT_LIMIT, MAX_LIMIT } from './run-query.js';

/** Requests for runs: a worker carries them out, here or elsewhere. */
@Controller('api')
@Needs('status:read')
export class RequestsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  /** Two calls with one key are one request, also when it has ended. */
  @Post('connections/:name/runs')
  @Needs('runs:manage')
  @HttpCode(202)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ required: false, schema: { type: 'object', additionalProperties: false, properties: {} } })
  @Accepts('The run is asked for; a worker carries it out.', ASKED, 400, 403, 404, 415)
  async ask(
    @Param('name') name: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    if (!this.services.connections.some((one) => one.name === name))
      throw new NotFoundException(`There is no connection "${name}".`);
    if (Object.keys(Object(body ?? {})).length > 0)
      throw new BadRequestException(
        'A run takes no options: leave the body empty. Days are read again by POST /api/connections/NAME/backfill.',
      );
    const asked = idempotencyKey(key, 'run');
    const request = await this.services.ask(name, asked);
    const url = `/api/requests/${request.id}`;
    response.location(url);
    return { id: request.id, url };
  }

  @Get('requests')
  @Answers('The requests, the latest first; `next` is the `cursor` of the page after.', REQUESTS, 400)
  @Parameters({
    connection: { type: 'string' },
    state: { type: 'string', enum: [...REQUEST_STATES] },
    trigger: { type: 'string', enum: [...REQUEST_TRIGGERS] },
    limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
    cursor: { type: 'string', description: 'The `next` of the page before.' },
  })
  async list(@Query() query: Record<string, unknown>): Promise<object> {
    const filter = requestFilterOf(query);
    if (filter.before !== undefined && (await this.services.requests.get(filter.before)) === undefined)
      throw new BadRequestException('cursor names a request that is gone; begin with the first page.');
    // One more than asked for tells whether there is a page after.
    const found = await this.services.requests.list({ ...filter, limit: filter.limit + 1 });
    const requests = found.slice(0, filter.limit);
    return { requests: requests.map(requestForm), next: found.length > requests.length ? requests.at(-1)!.id : null };
  }

  @Get('requests/:id')
  @Answers('How a request stands.', REQUEST, 404)
  async show(@Param('id') id: string): Promise<object> {
    return this.formOf(await this.known(id, (known) => this.services.requests.get(known)));
  }

  /** One that waits is cancelled at once; one that runs stops within some seconds, after its batch. */
  @Post('requests/:id/cancel')
  @Needs('runs:manage')
  @HttpCode(202)
  @UseGuards(OwnSiteGuard)
  @Accepts('It is cancelled, or its worker will be told.', REQUEST, 403, 404, 409, 415)
  async cancel(@Param('id') id: string): Promise<object> {
    const request = await this.known(id, (known) => this.services.requests.cancel(known));
    if (request.state === 'ended') throw new ConflictException(`Request "${id}" has ended already.`);
    return this.formOf(request);
  }

  /** The run is named before it begins, and one that could not begin cannot be looked at. */
  private async formOf({ run, ...request }: RequestRecord): Promise<object> {
    const isThere = run !== undefined && (await this.services.runs.get(run)) !== undefined;
    return requestForm(isThere ? { ...request, run } : request);
  }

  private async known(id: string, ask: (id: string) => Promise<RequestRecord | undefined>): Promise<RequestRecord> {
    const request = UUID.test(id) ? await ask(id) : undefined;
    if (request === undefined) throw new NotFoundException(`There is no request "${id}".`);
    return request;
  }
}
