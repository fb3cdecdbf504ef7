import { TracerExporters, type Span } from "moleculer";
import { zipkinSpan } from "./zipkin-span";

const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 5_000;
/** Maximum number of buffered spans. Further spans are dropped and counted in a warning. */
const MAX_SPANS = 20_000;

/**
 * Sends spans to a Zipkin API v2 collector. Moleculer's own exporter sends all tags and messages, sends invalid ids, has no timeout, and loses the last
 * spans of a process.
 */
export class ZipkinExporter extends TracerExporters.Base {
	private spans: object[] = [];
	private lost = 0;
	private sending: Promise<void> | undefined;
	private timer: NodeJS.Timeout | undefined;

	/** @param url base URL of the collector, such as "http://zipkin:9411" */
	constructor(private readonly url: string) {
		super({});
	}

	override init(...args: Parameters<TracerExporters.Base["init"]>): void {
		super.init(...args);
		this.timer = setInterval(() => void this.flush(), INTERVAL_MS).unref();
	}

	override spanFinished(span: Span): void {
		const shown = zipkinSpan(span);
		if (shown === undefined) return;
		if (this.spans.length < MAX_SPANS) this.spans.push(shown);
		else this.lost += 1;
	}

	// eslint-disable-next-line @typescript-eslint/no-misused-promises -- the broker awaits the promise, contrary to its types
	override async stop(): Promise<void> {
		clearInterval(this.timer);
		await this.flush();
		await this.flush(); // spans that finished during the first flush
	}

	/** Sends one request at a time. If the collector is slow, spans are buffered up to MAX_SPANS. */
	private flush(): Promise<void> {
		return (this.sending ??= this.send().finally(() => (this.sending = undefined)));
	}

	private async send(): Promise<void> {
		const batch = this.spans;
		if (batch.length === 0) return;
		this.spans = [];
		const lost = this.lost;
		this.lost = 0;
		try {
			const response = await fetch(new URL("api/v2/spans", `${this.url.replace(/\/+$/, "")}/`), {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify(batch),
				signal: AbortSignal.timeout(TIMEOUT_MS),
			});
			await response.body?.cancel();
			if (!response.ok) throw new Error(`unexpected status ${response.status}`);
			if (lost > 0) this.logger.warn("trace spans dropped: collector too slow", { spans: lost });
		} catch (cause) {
			this.logger.warn("trace spans dropped: collector unreachable", { spans: batch.length + lost }, cause);
		}
	}
}
