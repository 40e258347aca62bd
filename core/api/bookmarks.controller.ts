import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { Needs } from './access.js';
import { Answers, Parameters } from './answers.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { OwnSiteGuard } from './own-site.guard.js';
import { RESET } from './quarantine-form.js';
import { parametersOf } from './run-query.js';

const STREAM = { type: 'string', description: 'Absent: all of the connection.' } as const;
const BODY = { type: 'object', additionalProperties: false, properties: { stream: STREAM } } as const;

/** Forgetting where streams go on, so that the next run reads everything again. */
@Controller('api/connections/:name/reset')
@Needs('runs:manage')
export class BookmarksController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('The bookmarks that a reset would forget; nothing is changed.', RESET, 400, 404, 503)
  @Parameters({ stream: STREAM })
  preview(@Param('name') name: string, @Query() query: Record<string, unknown>): Promise<object> {
    return this.reset(name, parametersOf(query, ['stream']).stream, true);
  }

  /** A run that is on its way can commit nothing any more. */
  @Post()
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ required: false, schema: BODY as never })
  @Answers('They are forgotten.', RESET, 400, 403, 404, 415, 503)
  apply(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { stream, ...rest } = (body ?? {}) as Record<string, unknown>;
    if ((stream !== undefined && typeof stream !== 'string') || Object.keys(rest).length > 0)
      throw new BadRequestException('The body may be empty, or {"stream": name}.');
    return this.reset(name, stream, false);
  }

  private async reset(name: string, stream: string | undefined, isDry: boolean): Promise<object> {
    const connection = this.services.connections.find((one) => one.name === name);
    if (connection === undefined) throw new NotFoundException(`There is no connection "${name}".`);
    if (stream !== undefined && !connection.streams.includes(stream))
      throw new BadRequestException(
        `Connection "${name}" has no stream "${stream}". It has: ${connection.streams.join(', ')}.`,
      );
    return { connection: name, streams: await this.services.reset(name, { stream, isDry }), applied: !isDry };
  }
}
