#!/bin/sh
# Installs packages of Debian as root, without starting the services that they bring: the engines of the project run beside them.
set -eu

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' > "$policy"
	chmod 755 "$policy"
	trap 'rm -f "$policy"' EXIT INT TERM
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=300 update
apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"

# Nor at the next start of the machine.
if [ -d /run/systemd/system ]; then
	for service in redis-server rabbitmq-server; do
		case " $* " in *" $service "*) systemctl disable "$service" || true ;; esac
	done
fi
