#!/usr/bin/env bash
# A private PostgreSQL for one test run: own data folder, own port on 127.0.0.1, own socket folder.
# Sourced by test.sh. postgres_start exports DOMAIN_EVENTS_POSTGRES; postgres_stop is safe to call twice.

postgres_folder=""
postgres_bin=""

# As root the server runs as the system's postgres user, which PostgreSQL insists on; otherwise as the caller.
postgres_run() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# Debian keeps the server's programs off the PATH, one folder per major version: the newest one wins.
postgres_find() {
    local initdb
    initdb=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1 || true)
    if [ -z "$initdb" ]; then
        initdb=$(command -v initdb || true)
    fi
    [ -n "$initdb" ] && [ -x "$(dirname "$initdb")/pg_ctl" ] || return 1
    postgres_bin=$(dirname "$initdb")
}

postgres_install() {
    local elevate=""
    if ! command -v apt-get >/dev/null; then
        echo "PostgreSQL: no server found and no apt-get to install one with. Install PostgreSQL 13 or later" \
            "so that initdb is on the PATH, or set DOMAIN_EVENTS_POSTGRES to a connection string."
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            echo "PostgreSQL: no server found, and installing one needs root or a sudo that asks no password." \
                "Run 'apt-get install postgresql' as root, or set DOMAIN_EVENTS_POSTGRES to a connection string."
            return 1
        fi
        elevate="sudo -n"
    fi

    echo "PostgreSQL: installing the system's package..."
    local log
    log=$(mktemp)
    # The list of packages may be old or absent: refresh it only when the install fails without.
    # env: sudo does not pass variables on by itself.
    if ! $elevate env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql >"$log" 2>&1 \
        && ! { $elevate apt-get update && $elevate env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql; } >"$log" 2>&1; then
        echo "PostgreSQL: apt-get install postgresql failed:"
        tail -n 20 "$log"
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    # The package may have started a server of its own, which nobody asked for.
    $elevate service postgresql stop >/dev/null 2>&1 || true
}

# Below the range that the system hands out for outgoing connections.
postgres_free_port() {
    local port
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + RANDOM % 10000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
    return 1
}

postgres_start() {
    if [ -n "${DOMAIN_EVENTS_POSTGRES:-}" ]; then
        echo "PostgreSQL: using the server that DOMAIN_EVENTS_POSTGRES names."
        return 0
    fi
    if ! postgres_find; then
        postgres_install || return 1
        postgres_find || { echo "PostgreSQL: installed, but no initdb in /usr/lib/postgresql/*/bin or on the PATH."; return 1; }
    fi
    if [ "$(id -u)" = 0 ] && ! id postgres >/dev/null 2>&1; then
        echo "PostgreSQL: it refuses to run as root, and there is no user 'postgres' to run it as."
        return 1
    fi

    # Under /tmp whatever TMPDIR says: the server's user must reach it, and a socket's path must be short.
    postgres_folder=$(mktemp -d /tmp/domain-events-postgres.XXXXXX) || return 1
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$postgres_folder"
    fi
    if ! postgres_run "$postgres_bin/initdb" -D "$postgres_folder/data" -A trust -U postgres -E UTF8 --locale=C \
        >"$postgres_folder.log" 2>&1; then
        echo "PostgreSQL: initdb failed:"
        cat "$postgres_folder.log"
        return 1
    fi

    # Somebody may take the port between the look and the start: look again then.
    local port
    for _ in 1 2 3; do
        port=$(postgres_free_port) || break
        if postgres_run "$postgres_bin/pg_ctl" -D "$postgres_folder/data" -w -t 60 -l "$postgres_folder/server.log" \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres_folder -c max_connections=200" \
            start >"$postgres_folder.log" 2>&1; then
            export DOMAIN_EVENTS_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres"
            echo "PostgreSQL: $("$postgres_bin/postgres" --version | sed 's/.*) //') on 127.0.0.1:$port, stopped at the end."
            return 0
        fi
    done
    echo "PostgreSQL: the server did not start:"
    cat "$postgres_folder.log" "$postgres_folder/server.log" 2>/dev/null || true
    return 1
}

postgres_stop() {
    [ -n "$postgres_folder" ] || return 0
    local folder="$postgres_folder"
    postgres_folder=""
    if [ -f "$folder/data/postmaster.pid" ]; then
        postgres_run "$postgres_bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    fi
    rm -rf "$folder" "$folder.log"
}
