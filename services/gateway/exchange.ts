import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "moleculer";
import type { RequestMeta } from "@mixins/request";

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
	/** With its question mark, or "". */
	readonly search: string;
	/** What the page cache knew when the request came in: what is read from now on may be kept while it knows no newer. */
	readonly generation: number;
	/** When it came in, of a monotonic clock. */
	readonly askedAt: number;
}

/** What moleculer-web adds to a request. */
interface Routed {
	readonly $ctx: Context<unknown, RequestMeta>;
	readonly $params?: { readonly params?: Readonly<Record<string, string>> };
}

const exchanges = new WeakMap<IncomingMessage, Exchange>();

export const remember = (exchange: Exchange): void => void exchanges.set(exchange.req, exchange);

export const exchangeOf = (req: IncomingMessage): Exchange => {
	const exchange = exchanges.get(req);
	if (!exchange) throw new Error("a request that did not come in through the front");
	return exchange;
};

export const contextOf = ({ req }: Exchange): Context<unknown, RequestMeta> => (req as IncomingMessage & Routed).$ctx;

/** Decoded. */
export const pathParametersOf = ({ req }: Exchange): Readonly<Record<string, string>> =>
	(req as IncomingMessage & Routed).$params?.params ?? {};

export const hasBody = ({ headers }: IncomingMessage): boolean =>
	headers["transfer-encoding"] !== undefined || (headers["content-length"] !== undefined && headers["content-length"] !== "0");
