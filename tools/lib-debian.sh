# Packages of a newer Debian, unpacked and not installed. Sourced, not run; wants say () and die ().

# shellcheck shell=bash
# The address from which apt has Debian here, whichever format its list is in.
debian_mirror ()
{
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' \
    'Component: main' 2>/dev/null | grep -v -- -security | head -1
}

# usage: debian_unpack SUITE FOLDER PACKAGE…: into FOLDER/tree, from the same mirror, checked by
# apt. Fails where this is no Debian.
debian_unpack ()
{
  local suite=$1 folder=$2 keyring=/usr/share/keyrings/debian-archive-keyring.gpg site package
  shift 2
  site=$(debian_mirror) || true
  [[ -n $site && -r $keyring ]] || { say 'this is no Debian with apt'; return 1; }
  mkdir -p "$folder"/{lists,cache,tree}
  echo "deb [signed-by=$keyring] $site $suite main" >"$folder/sources.list"
  local -a apt=(apt-get -q -o "Dir::Etc::sourcelist=$folder/sources.list"
    -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache"
    -o Acquire::Languages=none -o Debug::NoLocking=1)
  if ((EUID == 0)); then apt+=(-o APT::Sandbox::User=root); fi
  say "fetching from Debian's $suite: $* (12 MB, most of it the list of packages)"
  { "${apt[@]}" update && (cd "$folder/cache" && "${apt[@]}" download "$@"); } \
    >"$folder/log" 2>&1 || { tail -5 "$folder/log" >&2; die "apt could not fetch them"; }
  for package in "$folder"/cache/*.deb; do dpkg -x "$package" "$folder/tree"; done
}
