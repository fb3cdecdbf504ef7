import type { BrokerOptions } from "moleculer";
import type { Settings } from "../env";
import { ZipkinExporter } from "./exporter";

/** Off, and then free, unless there is a collector. No tag is made of parameters, meta or replies. */
export const tracingOptions = ({ zipkinUrl, traceSample }: Settings): NonNullable<BrokerOptions["tracing"]> =>
	zipkinUrl === undefined
		? { enabled: false }
		: {
				enabled: true,
				exporter: new ZipkinExporter(zipkinUrl) as never,
				sampling: { rate: traceSample },
				events: false, // hints; the facts are traced by the bus
				errorFields: ["name", "code", "type"],
				tags: { action: { params: false, meta: false, response: false } },
			};
