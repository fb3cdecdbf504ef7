/**
 * Runs the engines of a spec in a separate process, because Jest's loader supports no ES modules. Reports their addresses, kills and starts them on
 * request, and stops them when its parent process ends.
 */
import { startEngines, type EngineName } from "./engines";

export interface EngineMessage {
	readonly urls?: Readonly<Record<EngineName, string>>;
	readonly problem?: string;
}

export interface Asked {
	readonly engine: EngineName;
	readonly what: "crash" | "start";
}

const tell = (told: EngineMessage): void => void process.send?.(told);

const hold = async (): Promise<void> => {
	const { engines, stop } = await startEngines();
	const end = (): void => void stop().then(() => process.exit(0));
	process.once("disconnect", end);
	if (!process.connected) end();
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
	process.on("message", ({ engine, what }: Asked) => {
		engines
			.find(({ name }) => name === engine)!
			[what]()
			.then(
				() => tell({}),
				(cause: unknown) => tell({ problem: String(cause) }),
			);
	});
	tell({ urls: Object.fromEntries(engines.map(({ name, url }) => [name, url])) as Record<EngineName, string> });
};

hold().catch((cause: unknown) => {
	tell({ problem: (cause as Error).message });
	process.exit(1);
});
