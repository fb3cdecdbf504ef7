import { SERVICES } from "@config/env";

/** A process to start: its displayed name and the services that it hosts. */
export interface NodePlan {
	readonly name: string;
	readonly services: readonly string[];
}

/** The services of each process, by layout. `recommended` hosts the services of a checkout in one process; `apart` distributes them over four. */
export const LAYOUTS = {
	recommended: ["gateway", "auth,users,products", "inventory,carts,orders,payments,shipping,notifications"],
	apart: ["gateway", "auth,users,products", "inventory,carts", "orders,payments", "shipping,notifications"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type LayoutName = keyof typeof LAYOUTS;

export class LayoutError extends Error {}

/** @throws LayoutError in one line for the operator */
export const layout = (groups: readonly string[], copies: number): readonly NodePlan[] => {
	const hosted = groups.map((group) => group.split(",").map((name) => name.trim()));
	const known: readonly string[] = SERVICES;
	const unknown = hosted.flat().find((name) => !known.includes(name));
	if (unknown !== undefined) throw new LayoutError(`unknown service ${JSON.stringify(unknown)}; available: ${known.join(", ")}`);
	const missing = known.filter((name) => !hosted.flat().includes(name));
	if (missing.length > 0) throw new LayoutError(`no group hosts ${missing.join(", ")}`);
	return hosted.flatMap((services) =>
		Array.from({ length: copies }, (_, index) => ({ name: `${services.join("+")}-${index + 1}`, services })),
	);
};
