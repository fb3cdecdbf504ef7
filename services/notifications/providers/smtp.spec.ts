import { createServer, type AddressInfo, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { parseMail } from "@tests/support/mail";
import type { EmailMessage, EmailSender } from "./port";
import { smtpSender } from "./smtp";

const FROM = "Tianguis <shop@tianguis.example>";

const message = (more: Partial<EmailMessage> = {}): EmailMessage => ({
	id: "ntf_0a1b",
	to: "ana@example.com",
	locale: "es",
	subject: "Tu pedido 1042 está confirmado — ¡gracias!",
	html: "<p>Envío: 4,90 €</p>",
	text: "Envío: 4,90 €\n",
	...more,
});

interface Arrived {
	readonly from: string;
	readonly to: readonly string[];
	readonly raw: Buffer;
	readonly secure: boolean;
	readonly user: unknown;
}

const answer = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

/** Starts an SMTP server on a free port. */
const server = async (options: SMTPServerOptions = {}) => {
	const arrived: Arrived[] = [];
	const connections = { opened: 0 };
	const smtp = new SMTPServer({
		authOptional: true,
		disableReverseLookup: true,
		disabledCommands: ["STARTTLS"],
		onConnect: (_session, done) => {
			connections.opened += 1;
			done();
		},
		onData: (stream, { envelope, secure, user }, done) => {
			buffer(stream).then((raw) => {
				const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
				arrived.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw, secure, user });
				done();
			}, done);
		},
		...options,
	});
	smtp.on("error", () => undefined); // a client that disconnects
	await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
	closing.push(() => new Promise((resolve) => smtp.close(resolve)));
	const { port } = smtp.server.address() as AddressInfo;
	return { port, arrived, connections };
};

/** Starts a server that violates the SMTP protocol. */
const listening = async (greet: (socket: Socket) => void) => {
	const sockets = new Set<Socket>();
	const tcp = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		greet(socket);
	});
	await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
	const { port } = tcp.address() as AddressInfo;
	const close = (): Promise<void> => {
		for (const socket of sockets) socket.destroy();
		return new Promise((resolve) => void tcp.close(() => resolve()));
	};
	closing.push(close);
	return { port, close };
};

const sender = (url: string, deadlineMs?: number): EmailSender => {
	const made = smtpSender({ url, from: FROM, ...(deadlineMs !== undefined && { deadlineMs }) });
	closing.push(() => made.close());
	return made;
};

test("a mail arrives with both parts in UTF-8 and a Message-ID derived from the notification id", async () => {
	const { port, arrived } = await server();
	await sender(`smtp://127.0.0.1:${port}`).send(message());
	expect(arrived).toHaveLength(1);
	expect(arrived[0]).toMatchObject({ from: "shop@tianguis.example", to: ["ana@example.com"] });
	const { headers, text, html } = parseMail(arrived[0]!.raw);
	expect(headers.get("subject")).toEqual(["Tu pedido 1042 está confirmado — ¡gracias!"]);
	expect(headers.get("message-id")).toEqual(["<ntf_0a1b@tianguis.example>"]);
	expect(headers.get("from")).toEqual([FROM]);
	expect(headers.get("to")).toEqual(["ana@example.com"]);
	expect(headers.get("auto-submitted")).toEqual(["auto-generated"]);
	expect(headers.get("content-language")).toEqual(["es"]);
	expect(text).toBe("Envío: 4,90 €\n");
	expect(html.trim()).toBe("<p>Envío: 4,90 €</p>");
});

test("a mail that is sent again has the same Message-ID", async () => {
	const { port, arrived } = await server();
	const first = sender(`smtp://127.0.0.1:${port}`);
	await first.send(message());
	await sender(`smtp://127.0.0.1:${port}`).send(message());
	const ids = arrived.map(({ raw }) => parseMail(raw).headers.get("message-id"));
	expect(ids).toEqual([["<ntf_0a1b@tianguis.example>"], ["<ntf_0a1b@tianguis.example>"]]);
});

test("connections are reused", async () => {
	const { port, arrived, connections } = await server();
	const one = sender(`smtp://127.0.0.1:${port}`);
	for (let n = 0; n < 5; n++) await one.send(message({ id: `ntf_${n}` }));
	expect(arrived).toHaveLength(5);
	expect(connections.opened).toBe(1);
});

test.each([
	["550 to the recipient", 550, "onRcptTo", true],
	["451 to the recipient", 451, "onRcptTo", false],
	["554 to the content", 554, "onData", true],
	["452 to the content", 452, "onData", false],
	["550 to the sender", 550, "onMailFrom", false],
	["554 instead of a greeting", 554, "onConnect", false],
] as const)("%s is classified as permanent or transient", async (_, code, at, permanent) => {
	const refused = answer(code, "<ana@example.com>: no");
	const { port } = await server({
		...(at === "onData"
			? {
					onData: (stream, _session, done) => {
						stream.resume().once("end", () => done(refused));
					},
				}
			: { [at]: (_given: unknown, ...rest: unknown[]) => (rest.at(-1) as (error: Error) => void)(refused) }),
	});
	const sent = sender(`smtp://127.0.0.1:${port}`).send(message());
	await expect(sent).rejects.toMatchObject({ permanent });
	await expect(sent).rejects.toThrow(String(code)); // operators need the reply of the server
	await expect(sent).rejects.not.toThrow("ana@example.com"); // without the recipient
});

test("a rejected login is transient", async () => {
	const { port } = await server({ allowInsecureAuth: true, onAuth: (_auth, _session, done) => done(answer(535, "no")) });
	await expect(sender(`smtp://shop:secret@127.0.0.1:${port}`).send(message())).rejects.toMatchObject({ permanent: false });
});

test("a refused connection is transient", async () => {
	const { port, close } = await listening(() => undefined);
	await close();
	await expect(sender(`smtp://127.0.0.1:${port}`).send(message())).rejects.toMatchObject({ permanent: false });
});

test.each([
	["immediately", /^$/],
	["after the sender", /^MAIL/],
	["during the content, which it may have accepted", /^Date|^Auto|^Content|^From|^Message/],
])("a server that disconnects %s is transient and is not retried by the sender", async (_, last) => {
	let opened = 0;
	const { port } = await listening((socket) => {
		opened += 1;
		const react = (command: string): unknown => {
			if (last.test(command)) return socket.end();
			return socket.write(command.startsWith("DATA") ? "354 go on\r\n" : "250 ok\r\n");
		};
		if (last.test("")) react("");
		else socket.write("220 hello\r\n");
		socket.on("data", (command) => react(String(command)));
	});
	await expect(sender(`smtp://127.0.0.1:${port}`).send(message())).rejects.toMatchObject({ permanent: false });
	expect(opened).toBe(1);
});

test("a server that never responds times out", async () => {
	const { port } = await listening(() => undefined);
	await expect(sender(`smtp://127.0.0.1:${port}`, 100).send(message())).rejects.toMatchObject({ permanent: false });
});

test("after a failure the next mail is sent", async () => {
	let down = true;
	const { port, arrived } = await server({ onRcptTo: (_address, _session, done) => done(down ? answer(451, "later") : null) });
	const one = sender(`smtp://127.0.0.1:${port}`);
	await expect(one.send(message())).rejects.toMatchObject({ permanent: false });
	down = false;
	await one.send(message());
	expect(arrived).toHaveLength(1);
});

test.each(["", "ana", "ana@example.com, eve@example.com", "ana@example.com>\r\nRCPT TO:<eve@example.com", "Ana <ana@example.com>"])(
	"recipient %j is rejected permanently without a connection",
	async (to) => {
		const { port, connections } = await server();
		await expect(sender(`smtp://127.0.0.1:${port}`).send(message({ to }))).rejects.toMatchObject({ permanent: true });
		expect(connections.opened).toBe(0);
	},
);

describe("TLS", () => {
	// The server warns about its built-in test certificate, which is intended here.
	beforeEach(() => void jest.spyOn(console, "error").mockImplementation(() => undefined));
	afterEach(() => jest.restoreAllMocks());

	test("is used from the start with smtps, and the certificate is verified", async () => {
		const { port, arrived } = await server({ secure: true });
		await expect(sender(`smtps://127.0.0.1:${port}`).send(message())).rejects.toMatchObject({ permanent: false });
		expect(arrived).toHaveLength(0);
		await sender(`smtps://127.0.0.1:${port}?tls.rejectUnauthorized=false`).send(message());
		expect(arrived).toMatchObject([{ secure: true }]);
	});

	test("starts with STARTTLS if the server offers it", async () => {
		const { port, arrived } = await server({ disabledCommands: [] });
		await sender(`smtp://127.0.0.1:${port}?tls.rejectUnauthorized=false`).send(message());
		expect(arrived).toMatchObject([{ secure: true }]);
	});

	test("can be required", async () => {
		const { port, arrived } = await server();
		await expect(sender(`smtp://127.0.0.1:${port}?requireTLS=true`).send(message())).rejects.toMatchObject({ permanent: false });
		expect(arrived).toHaveLength(0);
	});

	test("is required before a password is sent to another host", async () => {
		const onAuth = jest.fn();
		const { port, arrived } = await server({ allowInsecureAuth: true, onAuth });
		const elsewhere = `127.1:${port}`; // a loopback address in a form that does not count as local
		await expect(sender(`smtp://shop:secret@${elsewhere}`).send(message())).rejects.toMatchObject({ permanent: false });
		expect(onAuth).not.toHaveBeenCalled();
		await sender(`smtp://${elsewhere}`).send(message());
		expect(arrived).toHaveLength(1);
	});
});

test("logs in with the credentials of the URL", async () => {
	const { port, arrived } = await server({
		allowInsecureAuth: true,
		onAuth: ({ username, password }, _session, done) => done(null, { user: `${username} ${password}` }),
	});
	await sender(`smtp://shop%40x:p%3Ass@127.0.0.1:${port}`).send(message());
	expect(arrived).toMatchObject([{ user: "shop@x p:ss" }]);
});

test.each([
	["mail.example.com", FROM],
	["http://user:secret@mail.example.com", FROM],
	["smtp://mail.example.com", "nobody"],
	["smtp://mail.example.com", "a@example.com, b@example.com"],
])("%s from %s is rejected without revealing a secret", (url, from) => {
	expect(() => smtpSender({ url, from })).toThrow();
	expect(() => smtpSender({ url, from })).not.toThrow("secret");
});
