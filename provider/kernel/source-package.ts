/**
 * The Dockerfile whose last stage holds nothing but the source's tarball of a distribution's package.
 * Its name is told apart from what else the package has, such as patches.
 */
export function packageDockerfile(image: string, name: string): string {
  return `FROM ${image} AS package
ARG DEBIAN_FRONTEND=noninteractive
WORKDIR /package
RUN apt-get update && apt-get download ${name}
RUN dpkg-deb --extract *.deb . && mkdir /source && find . -name 'linux-source-*.tar*' -exec mv {} /source/ ';'
FROM scratch
COPY --from=package /source/ /
`;
}
