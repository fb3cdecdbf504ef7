/** What gateways tell of the pages that they gave, read from their metrics. */
import { readMetrics, sumOf } from "./exposition";

export interface Pages {
	/** Given out of memory. */
	readonly remembered: number;
	/** Had to be asked for, by these requests or by others at the same time. */
	readonly asked: number;
	/** Calls of the products service to other nodes, as Moleculer counts them. */
	readonly remoteCalls: number;
}

/** @param ports of the gateways' metrics */
export const pagesOf = async (ports: readonly number[]): Promise<Pages> => {
	const texts = await Promise.all(ports.map((port) => readMetrics(`http://127.0.0.1:${port}/metrics`)));
	const sum = (name: string, ...labels: string[]): number => texts.reduce((all, text) => all + (sumOf(text, name, ...labels) ?? 0), 0);
	const pages = "tianguis_gateway_pages_total";
	return {
		remembered: sum(pages, 'from="memory"'),
		asked: sum(pages, 'from="service"') + sum(pages, 'from="shared"'),
		remoteCalls: sum("moleculer_request_total", 'action="products.', 'type="remote"'),
	};
};

/** "12,345 pages, 0 remote calls": what was added between two looks. */
export const told = (before: Pages, after: Pages): string => {
	const pages = after.remembered + after.asked - before.remembered - before.asked;
	return pages === 0
		? ""
		: `${pages.toLocaleString("en")} pages, ${(after.remoteCalls - before.remoteCalls).toLocaleString("en")} remote calls`;
};
