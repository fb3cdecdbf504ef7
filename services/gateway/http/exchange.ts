import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallOrigin } from "@mixins/service/local-calls";

/** One HTTP request within the gateway. */
export interface Exchange {
	readonly req: IncomingMessage;
	readonly res: ServerResponse;
	readonly requestId: string;
	/** Path at which an application mounts the gateway, for example "/shop"; otherwise "". */
	readonly prefix: string;
	/** URL as received, without the mount path. */
	readonly url: string;
	/** Encoded path without a trailing slash. */
	readonly path: string;
	/** Decoded path parameters of the route. */
	readonly pathParameters: Readonly<Record<string, string>>;
	/** Query string with its question mark, or "". */
	readonly search: string;
	/** Call context that service calls of the request inherit. */
	readonly origin: CallOrigin;
	/** Generation of the page cache when the request arrived. A page may be cached only if the generation is still the same. */
	readonly generation: number;
	/** Time of arrival on a monotonic clock. */
	readonly askedAt: number;
}

/** Moleculer-web passes the request object alone. */
type Passed = IncomingMessage & { $exchange?: Exchange; readonly $ctx?: CallOrigin };

/** Attaches the exchange to a request that passes through moleculer-web; see `exchangeOf`. */
export const registerExchange = (exchange: Exchange): void => {
	(exchange.req as Passed).$exchange = exchange;
};

/** The exchange of a request. Service calls use the context that moleculer-web created for it, if there is one. */
export const exchangeOf = (req: IncomingMessage): Exchange => {
	const { $exchange: exchange, $ctx: context } = req as Passed;
	if (!exchange) throw new Error("no exchange is registered for this request");
	return context ? { ...exchange, origin: context } : exchange;
};

export const hasBody = ({ headers }: IncomingMessage): boolean =>
	headers["transfer-encoding"] !== undefined || (headers["content-length"] !== undefined && headers["content-length"] !== "0");
