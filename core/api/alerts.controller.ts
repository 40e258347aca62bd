import {
  ConflictException,
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
import type { ListedIncident } from '../alerting/index.js';
import { ALERT_KINDS } from '../protocol/index.js';
import { alertForm } from './alert-form.js';
import { alertCursorOf, alertFilterOf } from './alert-query.js';
import { Actor, Needs } from './access.js';
import { Answers, Parameters } from './answers.js';
import { ALERT, ALERTS } from './answer-forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { OwnSiteGuard } from './own-site.guard.js';
import { PAGE_PARAMETERS } from './page-query.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Controller('api/alerts')
@Needs('status:read')
export class AlertsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('Open alerts first, then the latest; `next` is the `cursor` of the page after.', ALERTS, 400)
  @Parameters({
    open: { type: 'boolean', description: '`true`: those that are not over; `false`: those that are.' },
    connection: { type: 'string' },
    kind: { type: 'string', enum: [...ALERT_KINDS] },
    ...PAGE_PARAMETERS,
  })
  async list(@Query() query: Record<string, unknown>): Promise<object> {
    const filter = alertFilterOf(query);
    const found = await this.services.alerts.incidents({ ...filter, limit: filter.limit + 1 });
    const alerts = found.slice(0, filter.limit);
    const last = alerts.at(-1);
    const next =
      last === undefined || found.length === alerts.length
        ? null
        : alertCursorOf({ ...last, isOpen: last.resolvedAt === undefined });
    return { alerts: alerts.map(alertForm), next };
  }

  @Get(':id')
  @Answers('One alert with what became of its messages.', ALERT, 404)
  async show(@Param('id') id: string): Promise<object> {
    return alertForm(await this.known(id));
  }

  /** The first one counts; a second changes nothing. */
  @Post(':id/acknowledge')
  @Needs('alerts:manage')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @Answers('Somebody has seen it, and it is not escalated any more.', ALERT, 403, 404, 409, 415)
  async acknowledge(@Param('id') id: string, @Actor() by: string): Promise<object> {
    const { resolvedAt } = await this.known(id);
    if (resolvedAt !== undefined) throw new ConflictException(`Alert "${id}" is over already.`);
    await this.services.alerts.acknowledge(id, { at: new Date().toISOString(), by });
    return alertForm(await this.known(id));
  }

  private async known(id: string): Promise<ListedIncident> {
    const [alert] = UUID.test(id) ? await this.services.alerts.find(id) : [];
    if (alert === undefined) throw new NotFoundException(`There is no alert "${id}".`);
    return alert;
  }
}
