import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode } from "@kernel/errors";
import { send, type Answer } from "./answer";
import { remember, type Exchange } from "./exchange";
import type { Life } from "./health";
import { addressOf, type Limits } from "./limits";
import type { Load } from "./load";
import type { Page, PageCache } from "./page-cache";
import { isFresh } from "./preconditions";
import { problem } from "./problem";
import { requestIdOf } from "./request-id";

/** As Connect and Express know it: `next` is there where an application has mounted us. */
export type Listener = (req: IncomingMessage, res: ServerResponse, next?: (cause?: unknown) => void) => void;

interface Parts {
	/** A monotonic clock, in ms. */
	readonly ticks: () => number;
	readonly life: Life;
	readonly pages: PageCache;
	readonly limits: Limits | undefined;
	/** Told of each page that goes out from memory. */
	readonly remembered: () => void;
	readonly load: Pick<Load, "refuses" | "priorityAt">;
	/** All that is not answered here. */
	readonly dispatch: Listener;
}

const MAX_URL = 8_192;

const isEncoded = (path: string): boolean => {
	if (!path.includes("%")) return true;
	try {
		decodeURIComponent(path);
		return true;
	} catch {
		return false;
	}
};

/** Express says where it has mounted us; by Connect's manner it can be told from what it took away. */
const mountOf = (req: IncomingMessage, url: string): string => {
	const { baseUrl, originalUrl } = req as { baseUrl?: unknown; originalUrl?: unknown };
	if (typeof baseUrl === "string") return baseUrl;
	return typeof originalUrl === "string" && originalUrl.length > url.length && originalUrl.endsWith(url)
		? originalUrl.slice(0, -url.length)
		: "";
};

type Moment = Pick<Exchange, "generation" | "askedAt">;

const exchange = (req: IncomingMessage, res: ServerResponse, requestId: string, { generation, askedAt }: Moment): Exchange => {
	const url = req.url ?? "/";
	const question = url.indexOf("?");
	const path = question < 0 ? url : url.slice(0, question);
	return {
		req,
		res,
		requestId,
		generation,
		askedAt,
		url,
		prefix: mountOf(req, url),
		path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path,
		search: question < 0 ? "" : url.slice(question),
	};
};

/** The last place of each head is the request's id, written in the same turn as it is read. */
const sendPage = (page: Page, req: IncomingMessage, res: ServerResponse): void => {
	const same = isFresh(req.headers["if-none-match"], page.etag);
	const head = same ? page.headOfSame : page.head;
	head[head.length - 1] = requestIdOf(req.headers["x-request-id"]);
	res.writeHead(same ? 304 : 200, head);
	res.end(same ? undefined : page.body);
};

const known = ({ pages, life }: Parts, req: IncomingMessage, now: number): Page | undefined =>
	req.method === "GET" && !life.stopping && req.headers.authorization === undefined ? pages.find(req.url ?? "", now) : undefined;

/** What is wrong with an address as such. */
const fault = ({ url, path }: Exchange): ErrorCode | undefined => {
	if (url.length > MAX_URL) return "URI_TOO_LONG";
	return isEncoded(path) ? undefined : "VALIDATION_FAILED";
};

/**
 * The first to see a request. Pages of the catalogue that are known go back from here, without a look at anything else: that is what makes them
 * nearly as cheap as a server that does nothing.
 */
export const front = (parts: Parts): Listener => {
	const { ticks, life, pages, remembered, limits, load, dispatch } = parts;
	const moment = (): Moment => ({ generation: pages.generation(), askedAt: ticks() });
	const give = (page: Page, req: IncomingMessage, res: ServerResponse): void => {
		sendPage(page, req, res);
		remembered();
	};

	const onward = (req: IncomingMessage, res: ServerResponse, next: ((cause?: unknown) => void) | undefined): void => {
		const requestId = requestIdOf(req.headers["x-request-id"]);
		const here = exchange(req, res, requestId, moment());
		const refuse = (answer: Answer): void => {
			send(here, answer, life.stopping, () => undefined);
		};
		const wrong = fault(here);
		if (wrong !== undefined) {
			refuse(
				problem(
					wrong,
					requestId,
					wrong === "VALIDATION_FAILED"
						? { errors: [{ path: "", message: "the address is not encoded as it must be" }] }
						: undefined,
				),
			);
			return;
		}
		// Before it costs anything. What exactly it leads to is known later.
		const priority = load.priorityAt(req.method ?? "", here.path);
		const retryAfterSeconds = priority === undefined ? 0 : load.refuses(priority);
		if (retryAfterSeconds > 0) {
			refuse(problem("UNAVAILABLE", requestId, { retryAfterSeconds }));
			return;
		}
		remember(here);
		life.active += 1;
		res.once("close", () => (life.active -= 1));
		// What moleculer-web reads, and would believe as it comes.
		req.headers["x-request-id"] = requestId;
		delete req.headers["x-correlation-id"];
		dispatch(req, res, next);
	};

	return (req, res, next) => {
		const page = known(parts, req, ticks());
		if (page === undefined) {
			onward(req, res, next);
			return;
		}
		if (limits === undefined) {
			give(page, req, res);
			return;
		}
		limits.take("read", addressOf(req.socket)).then(
			(seconds) => {
				if (seconds === 0) give(page, req, res);
				else {
					const requestId = requestIdOf(req.headers["x-request-id"]);
					send(
						exchange(req, res, requestId, moment()),
						problem("RATE_LIMITED", requestId, { retryAfterSeconds: seconds }),
						life.stopping,
						() => undefined,
					);
				}
			},
			() => {
				onward(req, res, next);
			},
		);
	};
};
