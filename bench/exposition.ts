/** Reads metrics in the Prometheus exposition format. */

/** Sums all series of this name that have all of these labels; undefined if there is none. */
export const sumOf = (exposition: string, name: string, ...labels: readonly string[]): number | undefined => {
	const lines = exposition
		.split("\n")
		.filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && labels.every((label) => line.includes(label)));
	return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
};

export const readMetrics = async (metricsUrl: string): Promise<string> => (await fetch(metricsUrl)).text();
