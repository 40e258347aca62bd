/** An HTTP client for JSON APIs: rate limits, retries, credentials and paging, so that a source has none of them. */
export { httpClient } from './client.js';
export type { HttpClient, HttpClientOptions, HttpRequest, PagesOptions, RequestOptions } from './client.js';
export type { AnswerCheck, BodyParser, HttpResponse } from './send.js';
export type { Query } from './address.js';
export type { ResponseHeaders } from './limit-headers.js';
export { apiKey, basic, bearer, oauth2ClientCredentials, sharedToken } from './auth.js';
export type { Auth, AuthContext, Authorized, ClientCredentials, SharedToken, Token } from './auth.js';
export { cursorParam, linkHeader, nextUrl, offsetLimit, pageNumber } from './paging.js';
export type { PageNumberOptions, PagePlace, PageRead, Paginator } from './paging.js';
export type { RateLimit } from './rate-budget.js';
export type { RetryOptions } from './retry.js';
export { DEFAULT_STATUS_KINDS } from './status-kinds.js';
export type { StatusKind, StatusKinds, StatusMeaning } from './status-kinds.js';
export type { Clock as HttpClock } from './clock.js';
export { countCalls } from './call-count.js';
export type { CallCount } from './call-count.js';
export { inParallel } from './parallel.js';
export { parseJson, writeJson } from './json.js';
