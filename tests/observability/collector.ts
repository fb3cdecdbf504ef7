import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ZipkinSpan {
	readonly traceId: string;
	readonly id: string;
	readonly parentId?: string;
	readonly name: string;
	readonly kind: "SERVER" | "CONSUMER";
	readonly timestamp: number;
	readonly duration: number;
	readonly localEndpoint: { readonly serviceName: string };
	readonly tags: Readonly<Record<string, string>>;
}

const HEX = (length: number) => new RegExp(`^[0-9a-f]{${length}}$`);

/** The schema of a span in Zipkin's API v2 (zipkin2-api.yaml). */
const fault = (span: ZipkinSpan): string | undefined => {
	if (!HEX(32).test(span.traceId) && !HEX(16).test(span.traceId)) return "traceId";
	if (!HEX(16).test(span.id)) return "id";
	if (span.parentId !== undefined && !HEX(16).test(span.parentId)) return "parentId";
	if (!Number.isSafeInteger(span.timestamp) || span.timestamp < 1e15) return "timestamp";
	if (!Number.isSafeInteger(span.duration) || span.duration < 1) return "duration";
	if (Object.values(span.tags).some((value) => typeof value !== "string")) return "tags";
	return undefined;
};

export interface Collector {
	readonly url: string;
	readonly spans: ZipkinSpan[];
	/** All received spans in order of arrival. */
	readonly text: () => string;
	/** Answers with this status from now on. */
	status: number;
	stop(): Promise<void>;
}

/**
 * A stand-in for Zipkin: a real HTTP server that accepts POST /api/v2/spans. Faithful in the path, the method, the media type, 202 without a body, 400 for what
 * is no list of spans by the schema; it has no storage, no limit of size, no gzip, no B3, and shows nothing.
 */
export const collector = async (): Promise<Collector> => {
	const spans: ZipkinSpan[] = [];
	const bodies: string[] = [];
	const server = createServer((req, res) => {
		const chunks: Buffer[] = [];
		req.on("data", (chunk: Buffer) => chunks.push(chunk));
		req.on("end", () => {
			const body = Buffer.concat(chunks).toString();
			const right = req.method === "POST" && req.url === "/api/v2/spans" && req.headers["content-type"] === "application/json";
			if (!right || made.status !== 202) {
				res.writeHead(right ? made.status : 404).end();
				return;
			}
			bodies.push(body);
			const sent = JSON.parse(body) as ZipkinSpan[];
			const wrong = sent.map(fault).find((found) => found !== undefined);
			if (wrong === undefined) spans.push(...sent);
			res.writeHead(wrong === undefined ? 202 : 400).end(wrong);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const made: Collector = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		spans,
		text: () => bodies.join("\n"),
		status: 202,
		stop: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => {
					resolve();
				});
			}),
	};
	return made;
};
