import { Body, Controller, Get, HttpCode, Inject, NotFoundException, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { Actor, Needs } from './access.js';
import { Answers } from './answers.js';
import { CONNECTION, CONNECTIONS } from './answer-forms.js';
import { connectionForms } from './connection-form.js';
import { HOST_SERVICES, type ConnectionSummary, type HostServices } from './host-services.js';
import { OwnSiteGuard } from './own-site.guard.js';
import { PAUSE_SCHEMA, pauseOf } from './pause-body.js';

@Controller('api/connections')
@Needs('status:read')
export class ConnectionsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('Every connection with its state and last run.', CONNECTIONS)
  async list(): Promise<object> {
    return { connections: await connectionForms(this.services.connections, this.services) };
  }

  @Get(':name')
  @Answers('One connection with its state and last run.', CONNECTION, 404)
  async show(@Param('name') name: string): Promise<object> {
    const [form] = await connectionForms([this.known(name)], this.services);
    return form!;
  }

  /** One that is paused already is paused with the new reason and end. */
  @Post(':name/pause')
  @Needs('runs:manage')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ required: false, schema: PAUSE_SCHEMA })
  @Answers('Its schedule rests; what runs goes on.', CONNECTION, 400, 403, 404, 415)
  async pause(@Param('name') name: string, @Body() body: unknown, @Actor() by: string): Promise<object> {
    this.known(name);
    await this.services.pause(name, { by, ...pauseOf(body) });
    return this.show(name);
  }

  /** Also takes for done what was asked of a person. */
  @Post(':name/resume')
  @Needs('runs:manage')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @Answers('Its schedule goes on.', CONNECTION, 403, 404, 415)
  async resume(@Param('name') name: string): Promise<object> {
    this.known(name);
    await this.services.resume(name);
    return this.show(name);
  }

  private known(name: string): ConnectionSummary {
    const found = this.services.connections.find((one) => one.name === name);
    if (found === undefined) throw new NotFoundException(`There is no connection "${name}".`);
    return found;
  }
}
