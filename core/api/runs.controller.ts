import { BadRequestException, Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { eventForm, runForm } from './forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

@Controller('api/runs')
export class RunsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  /** The latest first; `next` is what to give as `before` for the page after. */
  @Get()
  async list(
    @Query('connection') connection?: string,
    @Query('limit') limit?: string,
    @Query('before') before?: string,
  ): Promise<object> {
    const count = limit === undefined ? DEFAULT_LIMIT : Number(limit);
    if (!Number.isInteger(count) || count < 1 || count > MAX_LIMIT)
      throw new BadRequestException(`limit must be a whole number from 1 to ${MAX_LIMIT}.`);
    const runs = await this.services.runs.list({
      limit: count,
      ...(connection === undefined ? {} : { connection }),
      ...(before === undefined ? {} : { before }),
    });
    return { runs: runs.map(runForm), next: runs.length === count ? runs.at(-1)!.id : null };
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<object> {
    const run = await this.services.runs.get(id);
    if (run === undefined) throw new NotFoundException(`There is no run "${id}".`);
    return runForm(run);
  }

  @Get(':id/events')
  async events(@Param('id') id: string): Promise<object> {
    if ((await this.services.runs.get(id)) === undefined) throw new NotFoundException(`There is no run "${id}".`);
    return { events: (await this.services.runs.events(id)).map(eventForm) };
  }
}
