import {
  Body,
  Controller,
  Get,
  GoneException,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { renderRefusal, reportElement } from '../../report/index.js';
import type { SharedView } from '../security/index.js';
import { ACCESS, Actor, Needs, OpenToAll, type Access } from './access.js';
import { Answers, AnswersText } from './answers.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { LINK_SCHEMA, linkRequestOf } from './link-body.js';
import { OwnSiteGuard } from './own-site.guard.js';
import { REPORT_LINK } from './section-form.js';

/** The report within pages of others, by links that fix what they show. */
@Controller()
export class EmbedController {
  constructor(
    @Inject(HOST_SERVICES) private readonly services: HostServices,
    @Inject(ACCESS) private readonly access: Access,
  ) {}

  @Post('api/report/:month/links')
  @Needs('report:share')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ schema: LINK_SCHEMA })
  @Answers(
    'A link to the month, or a part of it, that needs no login until it expires.',
    REPORT_LINK,
    400,
    403,
    404,
    415,
  )
  async make(@Param('month') month: string, @Body() body: unknown, @Actor() actor: string): Promise<object> {
    const months = await this.services.months();
    if (!months.includes(month)) throw new NotFoundException(`There are no figures of "${month}".`);
    const request = linkRequestOf(body);
    const { view, path } = await this.services.makeLink({ month, ...request });
    const { id, expiresAt, filter, release } = view;
    await this.access.audit({
      actor,
      action: 'embed.link',
      object: id,
      outcome: 'allowed',
      detail: { month, filter, release: release ?? null, expires_at: expiresAt },
    });
    return { id, month, release: release ?? null, filter, expires_at: expiresAt, path };
  }

  @Get('embed/:link')
  @OpenToAll()
  @AnswersText('What the link shows, for a frame.', 'text/html', 404, 410)
  async page(@Param('link') link: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const isRead = request.accepts(['json', 'html']) === 'html';
    const { html, policy, status } = await this.opened(link)
      .then(async (view) => ({ status: 200, ...(await this.services.showView(view, 'page')) }))
      .catch((error: unknown) => {
        const refusal = isRead ? refusalOf(error) : undefined;
        if (refusal === undefined) throw error;
        return refusal;
      });
    const ancestors = this.services.embedAncestors.join(' ') || "'none'";
    response.status(status);
    send(response, html, { 'Content-Security-Policy': `${policy}; frame-ancestors ${ancestors}` });
  }

  @Get('embed/:link/fragment')
  @OpenToAll()
  @AnswersText('The same as a piece of a page, for a server that puts pages together.', 'text/html', 404, 410)
  async fragment(@Param('link') link: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { html } = await this.services.showView(await this.opened(link), 'fragment');
    const { origin } = request.headers;
    const isKnown = origin !== undefined && this.services.embedAncestors.includes(origin);
    send(response, html, isKnown ? { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' } : {});
  }

  @Get('tributary-report.js')
  @OpenToAll()
  @AnswersText('The element <tributary-report>, which shows a link in a page.', 'text/javascript')
  element(@Res() response: Response): void {
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.type('text/javascript').send(reportElement());
  }

  /** Who has a link is not known; the audit log says which one was used. */
  private async opened(link: string): Promise<SharedView> {
    const view = this.services.openLink(link);
    if (view === undefined) throw new NotFoundException('This link is not one of this host, or its key was changed.');
    if (Date.parse(view.expiresAt) <= Date.now()) throw new GoneException(`This link expired at ${view.expiresAt}.`);
    await this.access.audit({
      actor: `link:${view.id}`,
      action: 'embed.show',
      object: view.month,
      outcome: 'allowed',
      detail: {},
    });
    return view;
  }
}

/** Whoever was sent a link that shows nothing is no program, and cannot mend it. */
function refusalOf(error: unknown) {
  const text = 'Ask whoever gave it to you for a new one.';
  if (error instanceof GoneException)
    return { status: 410, ...renderRefusal({ title: 'This link has expired', text: `${error.message} ${text}` }) };
  if (error instanceof NotFoundException)
    return { status: 404, ...renderRefusal({ title: 'This link shows nothing', text: `${error.message} ${text}` }) };
  return undefined;
}

function send(response: Response, html: string, headers: Readonly<Record<string, string>>): void {
  response.setHeader('X-Robots-Tag', 'noindex');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.type('text/html; charset=utf-8').send(html);
}
