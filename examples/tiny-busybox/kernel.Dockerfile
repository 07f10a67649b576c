FROM debian:12
ARG DEBIAN_FRONTEND="noninteractive"
RUN apt update
RUN apt -y install linux-image-amd64 firmware-linux-free console-setup-linux
