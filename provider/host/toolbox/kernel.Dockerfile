# What a kernel is built with from its source, apart from the other tools: few machines need it, and it is big.
# Built when a Kernel is first made from source. Package names, not versions, as in the Dockerfile beside it.
FROM debian:trixie-slim
LABEL org.bootwright.toolbox=1
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      bc \
      binutils \
      bison \
      bzip2 \
      cpio \
      flex \
      gcc \
      kmod \
      libc6-dev \
      libelf-dev \
      libssl-dev \
      lz4 \
      make \
      patch \
      perl \
      python3 \
      rsync \
      xz-utils \
      zstd \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb \
 && dpkg-query -W | LC_ALL=C sort > /etc/bootwright-packages
