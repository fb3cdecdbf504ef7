import type { Log } from "@config/runtime";
import type { HttpResponse } from "../http/response";
import type { Exchange } from "../http/exchange";

const ORDER = /\bord_[\w-]+/;

const orderOf = ({ path }: Exchange, { headers }: HttpResponse): string | undefined =>
	(ORDER.exec(path) ?? (headers["Location"] === undefined ? null : ORDER.exec(headers["Location"])))?.[0];

/**
 * What was asked and how it ended. At "info" is what changed something, or should have; at "warn" what we could not do; reading, of which there is far
 * more, at "debug". The route stands for the address, which may hold a guest's secret; pages of the catalogue from memory are in the metrics alone.
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
