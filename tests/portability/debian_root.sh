# shellcheck shell=sh
# Sourced by run.sh: compilers of other releases of Debian than this machine's.
#
# debian_root RELEASE PACKAGE FOLDER: unpacks the package, and all that it needs, into the folder, for chroot. Nothing of it
# is installed on this machine. It comes from where this machine's own packages of Debian come from.
debian_root() {
  [ ! -e "$3/complete" ] || return 0
  rm -rf "$3"
  state=$3/var/apt
  mkdir -p "$state/lists/partial" "$state/archives/partial" "$3/tmp" "$3/usr"
  : >"$state/status"
  archive=$(debian_archive)
  if [ -z "$archive" ]; then
    update_packages
    archive=$(debian_archive)
  fi
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $1 main" >"$state/sources"
  cat >"$state/conf" <<END
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state";
Dir::Cache::archives "$state/archives";
Dir::Etc::sourcelist "$state/sources";
Dir::Etc::sourceparts "-";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Check-Valid-Until "false";
END
  APT_CONFIG=$state/conf apt-get update -q >/dev/null
  APT_CONFIG=$state/conf apt-get install -y -q --download-only "$2" >/dev/null
  # As the package base-files has it; the others would make folders of them.
  for folder in bin sbin lib lib64; do
    mkdir -p "$3/usr/$folder"
    ln -s "usr/$folder" "$3/$folder"
  done
  for package in "$state"/archives/*.deb; do
    dpkg-deb -x "$package" "$3"
  done
  rm -r "$state"
  touch "$3/complete"
}

# The address that this machine has Debian's main archive at; nothing before the first update of its lists.
debian_archive() {
  # shellcheck disable=SC2016 # apt-get itself replaces these
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' | sed -n '/^Debian Debian /{s///p;q}'
}
