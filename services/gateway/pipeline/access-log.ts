import type { Log } from "@config/runtime";
import type { HttpResponse } from "../http/response";
import type { Exchange } from "../http/exchange";

const ORDER = /\bord_[\w-]+/;

const orderOf = ({ path }: Exchange, { headers }: HttpResponse): string | undefined =>
	(ORDER.exec(path) ?? (headers["Location"] === undefined ? null : ORDER.exec(headers["Location"])))?.[0];

/**
 * Logs a request and its result: changes at "info", server errors at "warn", reads at "debug". The route replaces the URL, which may
 * contain a guest's secret. Cached catalogue pages appear in metrics only.
 *
 * @param durationMs from the head of the request to the end of its response
 */
export const logRequest = (log: Log, alias: string, exchange: Exchange, answer: HttpResponse, durationMs: number): void => {
	const { req, requestId } = exchange;
	const { status, code } = answer;
	const isReading = req.method === "GET" || req.method === "HEAD";
	const write = status >= 500 ? log.warn : isReading ? log.debug : log.info;
	const orderId = orderOf(exchange, answer);
	write("request", {
		requestId,
		route: alias,
		status,
		durationMs: Math.round(durationMs * 10) / 10,
		...(code !== null && { code }),
		...(orderId !== undefined && { orderId }),
	});
};
