import { Controller, Get, Inject, type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { Needs } from './access.js';
import { Answers } from './answers.js';
import { OPENAPI } from './answer-forms.js';
import { sendProblem } from './problem.filter.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The OpenAPI document of the running host; made once from its controllers. */
export class ApiDocument {
  private made: OpenAPIObject | undefined;

  makeFrom(app: INestApplication, version: string): void {
    const options = new DocumentBuilder()
      .setOpenAPIVersion('3.1.0')
      .setTitle('Tributary')
      .setDescription(
        'Connections, runs and the monthly report of a Tributary host. Errors are problem+json (RFC 9457).',
      )
      .setVersion(version)
      .build();
    this.made = SwaggerModule.createDocument(app, options, {
      operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    });
  }

  get document(): OpenAPIObject {
    if (this.made === undefined) throw new Error('The document is made before the host listens.');
    return this.made;
  }
}

@Controller('api/openapi.json')
@Needs('status:read')
export class OpenApiController {
  constructor(@Inject(ApiDocument) private readonly api: ApiDocument) {}

  @Get()
  @Answers('This document.', OPENAPI)
  document(): object {
    return this.api.document;
  }
}

/** Refuses an address that can mean nothing (400), a method that a path does not have (405) and an `Accept` that its answer cannot meet (406). */
export function negotiation(api: ApiDocument) {
  return (request: Request, response: Response, next: NextFunction): void => {
    // No name and no value has one, and a database takes it in no text.
    if (/%00/.test(request.originalUrl)) {
      const detail = 'The address holds the character NUL (%00), which nothing here has.';
      return sendProblem(response, { status: 400, title: 'Bad Request', detail });
    }
    const item = pathItemOf(api.document, request.path);
    if (item === undefined || request.method === 'OPTIONS') return next();
    const allowed = METHODS.filter((method) => item[method] !== undefined);
    const wanted = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
    const operation = item[allowed.find((method) => method === wanted) ?? 'trace'];
    if (operation === undefined) {
      const names = allowed.map((method) => method.toUpperCase()).join(', ');
      response.setHeader('Allow', names);
      const detail = `${request.path} does not take ${request.method}. It takes: ${names}.`;
      return sendProblem(response, { status: 405, title: 'Method Not Allowed', detail });
    }
    const types = Object.values(operation.responses)
      .flatMap((one) => (one !== undefined && 'content' in one ? Object.keys(one.content ?? {}) : []))
      .filter((type) => type !== 'application/problem+json');
    if (types.length > 0 && request.accepts(types) === false) {
      const detail = `The answer is ${types.join(' or ')}, which the Accept header leaves out.`;
      return sendProblem(response, { status: 406, title: 'Not Acceptable', detail });
    }
    next();
  };
}

/** Exact paths before patterns, as the router has them. */
function pathItemOf({ paths }: OpenAPIObject, path: string) {
  const plain = path === '/' ? path : path.replace(/\/$/, '');
  if (Object.hasOwn(paths, plain)) return paths[plain];
  const parts = plain.split('/');
  const found = Object.keys(paths).find((template) => {
    const wanted = template.split('/');
    return (
      wanted.length === parts.length &&
      wanted.every((part, index) => part === parts[index] || (part.startsWith('{') && parts[index] !== ''))
    );
  });
  return found === undefined ? undefined : paths[found];
}
