import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallOrigin } from "@mixins/service/local-calls";

/** One HTTP request on its way through the edge. */
export interface Exchange {
	readonly req: IncomingMessage;
	readonly res: ServerResponse;
	readonly requestId: string;
	/** Where an application has mounted the gateway: "/shop"; "" where nobody has. */
	readonly prefix: string;
	/** As it was sent, without the mount. */
	readonly url: string;
	/** Its path, still encoded, without a slash at the end. */
	readonly path: string;
	/** What the places in the path of its route stand for, decoded. */
	readonly pathParameters: Readonly<Record<string, string>>;
	/** With its question mark, or "". */
	readonly search: string;
	/** What its calls of services inherit. */
	readonly origin: CallOrigin;
	/** What the page cache knew when the request came in: what is read from now on may be kept while it knows no newer. */
	readonly generation: number;
	/** When it came in, of a monotonic clock. */
	readonly askedAt: number;
}

/** Moleculer-web hands on the request alone. */
type Passed = IncomingMessage & { $exchange?: Exchange; readonly $ctx?: CallOrigin };

/** For a request that goes through moleculer-web; see `exchangeOf`. */
export const registerExchange = (exchange: Exchange): void => {
	(exchange.req as Passed).$exchange = exchange;
};

/** What was remembered of a request. Its calls come from the context that moleculer-web has made for it, where it has. */
export const exchangeOf = (req: IncomingMessage): Exchange => {
	const { $exchange: exchange, $ctx: context } = req as Passed;
	if (!exchange) throw new Error("no exchange is registered for this request");
	return context ? { ...exchange, origin: context } : exchange;
};

export const hasBody = ({ headers }: IncomingMessage): boolean =>
	headers["transfer-encoding"] !== undefined || (headers["content-length"] !== undefined && headers["content-length"] !== "0");
