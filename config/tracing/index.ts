import type { BrokerOptions } from "moleculer";
import type { Settings } from "../env";
import { ZipkinExporter } from "./exporter";

/** Enables tracing if a collector is configured; otherwise it costs nothing. Parameters, meta and replies never become tags. */
export const tracingOptions = ({ zipkinUrl, traceSample }: Settings): NonNullable<BrokerOptions["tracing"]> =>
	zipkinUrl === undefined
		? { enabled: false }
		: {
				enabled: true,
				exporter: new ZipkinExporter(zipkinUrl) as never,
				sampling: { rate: traceSample },
				events: false, // change hints; the event bus traces domain events
				errorFields: ["name", "code", "type"],
				tags: { action: { params: false, meta: false, response: false } },
			};
