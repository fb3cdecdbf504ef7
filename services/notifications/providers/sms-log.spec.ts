import type { Log } from "@config/runtime";
import { smsLogSender } from "./sms-log";

test("logs the length without number and text", async () => {
	const lines: unknown[] = [];
	const write = (message: string, fields?: object) => void lines.push({ message, ...fields });
	const log: Log = { debug: write, info: write, warn: write, error: write };
	await smsLogSender(log).send({ id: "ntf_1", to: "+34 600 123 456", text: "Tu pedido 👋" });
	expect(lines).toMatchObject([{ notification: "ntf_1", number: "***56", characters: 11 }]);
	expect(JSON.stringify(lines)).not.toMatch(/600|pedido/);
});
