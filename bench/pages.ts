/** What gateways tell of the pages that they gave, read from their metrics. */

export interface Pages {
	/** Given out of memory. */
	readonly remembered: number;
	/** Had to be asked for, by these requests or by others at the same time. */
	readonly asked: number;
	/** Calls of the products service to other nodes, as Moleculer counts them. */
	readonly remoteCalls: number;
}

/** The sum of all series of one name whose labels hold all of these. */
const total = (exposition: string, name: string, labels: readonly string[]): number =>
	exposition
		.split("\n")
		.filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
		.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);

/** @param ports of the gateways' metrics */
export const pagesOf = async (ports: readonly number[]): Promise<Pages> => {
	const texts = await Promise.all(ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()));
	const sum = (name: string, ...labels: string[]): number => texts.reduce((all, text) => all + total(text, name, labels), 0);
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
